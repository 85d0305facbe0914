package artifact

import "strings"

// BuiltDigest reports whether the digest that runs is known to be the one that
// was built. imageID is what a pod's status says
// (status.containerStatuses[].imageID, such as "docker-pullable://host/name@sha256:…"
// or "host/name@sha256:…"), an image reference with a digest, or a bare
// "sha256:…".
//
// It matters because a tag can be pushed twice. What runs under it is then
// not what Trace describes: Zadig keeps the digest of the first build (by
// its source it records no second artifact for a tag, or returns the
// first of both), and a push from elsewhere is unknown to it. Commits, author
// and pull request would be those of another image.
//
// False is not yet the proof of it, see [Artifact.Drifted]: an artifact has no
// digest when Zadig could not read it from the registry, as for images in OCI
// format and for several platforms, and then the result is always false.
func (a *Artifact) BuiltDigest(imageID string) bool {
	runs, _ := runningDigest(imageID)
	return runs != "" && runs == a.digest()
}

// Drifted reports whether the digest that runs differs from the digest that
// was built: the tag was pushed again. imageID is as for BuiltDigest.
// When either digest is unknown, or they are of different algorithms, both are
// false.
//
// A bare "sha256:…" never proves it: for an image that was not pulled but
// loaded into the node, a pod shows the image's own id so, which is no digest
// of a registry. Write the digest as "@sha256:…" where it is known to be one.
func (a *Artifact) Drifted(imageID string) bool {
	runs, pulled := runningDigest(imageID)
	built := a.digest()
	return runs != "" && pulled && built != "" && runs != built && algorithm(runs) == algorithm(built)
}

// algorithm is what a digest was made with, such as "sha256".
func algorithm(digest string) string {
	name, _, _ := strings.Cut(digest, ":")
	return name
}

// digest is that of the image as it was pushed, "" if it is not known.
func (a *Artifact) digest() string {
	if a == nil {
		return ""
	}
	if isDigest(a.ImageDigest) {
		return a.ImageDigest
	}
	_, digest, _ := strings.Cut(a.Image, "@")
	if isDigest(digest) {
		return digest
	}
	return ""
}

// runningDigest reads the digest from a pod's imageID, and whether it is that
// of a pulled image.
func runningDigest(imageID string) (digest string, pulled bool) {
	_, digest, pulled = strings.Cut(imageID, "@")
	if !pulled {
		digest = imageID // "docker://sha256:…" is the image's own id, and no digest
	}
	if !isDigest(digest) {
		return "", false
	}
	return digest, pulled
}
