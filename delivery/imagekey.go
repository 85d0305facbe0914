package delivery

// imageKey is what paired images have in common: a container, or all containers
// of a service or of a release, and a name, which is the image's reference or a
// part of it. It is the key of a map, so that not every pair is compared.
type imageKey struct {
	service, container, name string
	anyService, anyContainer bool
}

func exactKey(i Image, name string) imageKey {
	return imageKey{service: i.Service, container: i.Container, name: name}
}

// keysOf are the keys under which an image can be found.
func keysOf(i Image, name string) []imageKey {
	return []imageKey{
		exactKey(i, name),
		{container: i.Container, name: name, anyService: true},
		{service: i.Service, name: name, anyContainer: true},
		{name: name, anyService: true, anyContainer: true},
	}
}

// keysFor are the keys that find the images which may be of the same container
// as i: a service or container that is not known may be any.
func keysFor(i Image, name string) []imageKey {
	services := []imageKey{{name: name, anyService: true}}
	if i.Service != "" {
		services = []imageKey{{name: name}, {name: name, service: i.Service}}
	}
	var keys []imageKey
	for _, k := range services {
		if i.Container == "" {
			k.anyContainer = true
			keys = append(keys, k)
			continue
		}
		keys = append(keys, k)
		k.container = i.Container
		keys = append(keys, k)
	}
	return keys
}
