package delivery

// pairing are the rules by which Diff pairs an image of the later release with
// one of the earlier. Each rule applies to what the rules before it left.
var pairing = []pairRule{
	same(func(i Image) imageKey { return exactKey(i, i.Image) }),
	same(func(i Image) imageKey { return exactKey(i, repository(i)) }),
	{
		of: func(i Image) []imageKey {
			if i.Service == "" {
				return nil
			}
			return []imageKey{exactKey(i, "")}
		},
		wanted: func(i Image) []imageKey { return []imageKey{exactKey(i, "")} },
	},
	{
		of:     func(i Image) []imageKey { return keysOf(i, shortName(i)) },
		wanted: func(i Image) []imageKey { return keysFor(i, shortName(i)) },
	},
}

// pairRule pairs images of which one is wanted under a key that the other has.
type pairRule struct{ of, wanted func(Image) []imageKey }

// same pairs images that have the same key.
func same(key func(Image) imageKey) pairRule {
	keys := func(i Image) []imageKey { return []imageKey{key(i)} }
	return pairRule{of: keys, wanted: keys}
}

// pair calls paired for each image of removed with the first unpaired one of
// added that matches it, and returns what is left of both.
func (r pairRule) pair(added, removed []Image, paired func(from, to Image)) (addedLeft, removedLeft []Image) {
	if len(added) == 0 || len(removed) == 0 {
		return added, removed
	}
	waiting := map[imageKey][]int{} // indexes of added, in order
	for n, to := range added {
		for _, k := range r.of(to) {
			waiting[k] = append(waiting[k], n)
		}
	}
	taken := make([]bool, len(added))
	for _, from := range removed {
		first := -1
		for _, k := range r.wanted(from) {
			queue, ok := waiting[k]
			if !ok {
				continue
			}
			for len(queue) > 0 && taken[queue[0]] {
				queue = queue[1:]
			}
			waiting[k] = queue
			if len(queue) > 0 && (first < 0 || queue[0] < first) {
				first = queue[0]
			}
		}
		if first < 0 {
			removedLeft = append(removedLeft, from)
			continue
		}
		taken[first] = true
		paired(from, added[first])
	}
	for n, to := range added {
		if !taken[n] {
			addedLeft = append(addedLeft, to)
		}
	}
	return addedLeft, removedLeft
}
