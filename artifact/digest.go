package artifact

import "strings"

// DigestMatch is the result of [Artifact.CompareDigest].
type DigestMatch string

// The values of DigestMatch.
const (
	// DigestUnknown: one of the digests is not known, or they cannot be compared.
	DigestUnknown DigestMatch = ""
	// DigestSame: the running image is the one that was built.
	DigestSame DigestMatch = "same"
	// DigestDrifted: the running image is not the one that was built. The tag was pushed
	// again, so the artifact's commits, authors and pull requests are not those of the
	// running image.
	DigestDrifted DigestMatch = "drifted"
)

// CompareDigest compares the digest of a running image with the digest that was built.
// imageID is the imageID in a pod's status (status.containerStatuses[].imageID, such as
// "docker-pullable://host/name@sha256:…" or "host/name@sha256:…"), an image reference
// with a digest, or a bare "sha256:…".
//
// The result is DigestUnknown if Zadig could not read the artifact's digest from the
// registry, for example because the image has the OCI format or several platforms.
//
// The result is also DigestUnknown if a bare "sha256:…" differs from the digest that was
// built: it may be the id of an image that was loaded into the node, and such an id is not
// a registry's digest. If you know that yours is a digest, pass "@sha256:…".
func (a *Artifact) CompareDigest(imageID string) DigestMatch {
	runs, pulled := runningDigest(imageID)
	built := a.digest()
	switch {
	case runs == "" || built == "":
		return DigestUnknown
	case runs == built:
		return DigestSame
	case pulled && algorithm(runs) == algorithm(built):
		return DigestDrifted
	}
	return DigestUnknown
}

// algorithm returns the algorithm of a digest, such as "sha256".
func algorithm(digest string) string {
	name, _, _ := strings.Cut(digest, ":")
	return name
}

// digest returns the digest of the image as pushed, or "" if it is not known.
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

// runningDigest returns the digest in a pod's imageID, and reports whether the image
// was pulled.
func runningDigest(imageID string) (digest string, pulled bool) {
	_, digest, pulled = strings.Cut(imageID, "@")
	if !pulled {
		digest = imageID // "docker://sha256:…" is the id of an image, not a digest
	}
	if !isDigest(digest) {
		return "", false
	}
	return digest, pulled
}
