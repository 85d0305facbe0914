package artifact

import "strings"

// BuiltDigest reports whether the running image is known to have the digest that
// was built. imageID is the image of a pod's status
// (status.containerStatuses[].imageID, such as
// "docker-pullable://host/name@sha256:…" or "host/name@sha256:…"), an image
// reference with a digest, or a bare "sha256:…".
//
// Check it because a tag can be pushed again. The image that runs under the tag
// is then not the one that Trace describes, and commits, author and pull request
// are those of another image: Zadig keeps the digest of the first build of a tag
// (read in source), and does not know of pushes that it did not make.
//
// False does not prove that the digests differ; see [Artifact.Drifted]. An
// artifact has no digest if Zadig could not read it from the registry, such as
// that of an image in OCI format or for several platforms. The result is then
// always false.
func (a *Artifact) BuiltDigest(imageID string) bool {
	runs, _ := runningDigest(imageID)
	return runs != "" && runs == a.digest()
}

// Drifted reports whether the running image has another digest than the one that
// was built, because the tag was pushed again. imageID is the same as for
// [Artifact.BuiltDigest]. If either digest is unknown, or their algorithms
// differ, both methods return false.
//
// For a bare "sha256:…" Drifted returns false: it may be the id of an image that
// was loaded into the node, which a pod's status shows in that form and which is
// not a digest of a registry. If it is known to be a digest, write "@sha256:…".
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
