package artifact

import (
	"regexp"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
)

// ImageRef is a parsed image reference, such as
// "registry.example.com:5000/shop/cart:1.2.0@sha256:…".
type ImageRef struct {
	Registry   string // host, with its port if it has one; "" for a short name on Docker Hub, such as "nginx"
	Repository string // "shop/cart"
	Tag        string // "1.2.0", "" if there is none; "latest" is not filled in
	Digest     string // such as "sha256:" and 64 hex digits; also sha384 and sha512; "" if there is none
}

const (
	// component matches one element of a repository's path.
	component = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
	// hostPart matches one label of a host name.
	hostPart = `[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?`
)

var (
	registryRE   = regexp.MustCompile(`^(?:` + hostPart + `(?:\.` + hostPart + `)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?$`)
	repositoryRE = regexp.MustCompile(`^` + component + `(?:/` + component + `)*$`)
	tagRE        = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	digestRE     = regexp.MustCompile(`^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$`)
	imageIDRE    = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// ParseImage parses an image reference by Docker's rules: the part before the first slash
// is the registry if it is localhost or has a dot, a colon or an upper-case letter.
// ParseImage adds no defaults: "nginx" has no Registry and no Tag.
//
// For a reference that Docker refuses, ParseImage returns zadig.ErrBadRequest.
// [Service.Trace] accepts such references.
func ParseImage(ref string) (ImageRef, error) {
	var (
		image             ImageRef
		hasTag, hasDigest bool
	)
	image.Repository, image.Digest, hasDigest = strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(image.Repository, ':'); colon > strings.LastIndexByte(image.Repository, '/') {
		hasTag, image.Tag, image.Repository = true, image.Repository[colon+1:], image.Repository[:colon]
	}
	hasRegistry := false
	if first, rest, ok := strings.Cut(image.Repository, "/"); ok && isRegistry(first) {
		hasRegistry, image.Registry, image.Repository = true, first, rest
	}
	var wrong string
	switch {
	case hasRegistry && !registryRE.MatchString(image.Registry):
		wrong = "registry"
	case !repositoryRE.MatchString(image.Repository) || image.tooLong() || imageIDRE.MatchString(ref):
		wrong = "name"
	case hasTag && !tagRE.MatchString(image.Tag):
		wrong = "tag"
	case hasDigest && !isDigest(image.Digest):
		wrong = "digest"
	default:
		return image, nil
	}
	return ImageRef{}, errdef.BadArgument("artifact.ParseImage", "ref", "must be an image reference with a valid %s (got %.300q)", wrong, ref)
}

func isRegistry(first string) bool {
	return first == "localhost" || strings.ContainsAny(first, ".:") || first != strings.ToLower(first)
}

// tooLong reports whether the repository has more than 255 characters, as Docker counts
// them: on Docker Hub, "name" counts as "library/name".
func (r ImageRef) tooLong() bool {
	length := len(r.Repository)
	if r.onDockerHub() && !strings.Contains(r.Repository, "/") {
		length += len("library/")
	}
	return length > 255
}

func (r ImageRef) onDockerHub() bool {
	return r.Registry == "" || r.Registry == "docker.io" || r.Registry == "index.docker.io"
}

func isDigest(s string) bool { return digestRE.MatchString(s) }

// String returns the reference exactly as it was parsed.
func (r ImageRef) String() string {
	s := r.Repository
	if r.Registry != "" {
		s = r.Registry + "/" + s
	}
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}
