package artifact

import (
	"regexp"
	"strings"

	"github.com/zadig-go/zadig/internal/errdef"
)

// ImageRef is an image reference taken apart, as
// "registry.example.com:5000/shop/cart:1.2.0@sha256:…".
type ImageRef struct {
	Registry   string // host, with its port if it has one; "" for a short name of Docker Hub, as "nginx"
	Repository string // "shop/cart"
	Tag        string // "1.2.0", "" if there is none; nothing is filled in for it
	Digest     string // "sha256:" and 64 hex digits, "" if there is none
}

// component is what stands between two slashes of a repository's name.
const component = `[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*`

var (
	registryRE   = regexp.MustCompile(`^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?$`)
	repositoryRE = regexp.MustCompile(`^` + component + `(?:/` + component + `)*$`)
	tagRE        = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	digestRE     = regexp.MustCompile(`^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}$`)
)

// ParseImage takes an image reference apart by the rules of Docker: what
// stands before the first slash is the registry if it has a dot, a colon or an
// upper-case letter or is localhost. Nothing is added: "nginx" stays what it
// is. What a registry could not hold is an error that matches
// zadig.ErrBadRequest; Trace takes it all the same.
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
	case !repositoryRE.MatchString(image.Repository):
		wrong = "name"
	case hasTag && !tagRE.MatchString(image.Tag):
		wrong = "tag"
	case hasDigest && !isDigest(image.Digest):
		wrong = "digest"
	default:
		return image, nil
	}
	return ImageRef{}, errdef.BadArgument("artifact.ParseImage", "ref", "%.300q has no valid %s", ref, wrong)
}

func isRegistry(first string) bool {
	return first == "localhost" || strings.ContainsAny(first, ".:") || first != strings.ToLower(first)
}

func isDigest(s string) bool {
	hex, ok := strings.CutPrefix(s, "sha256:")
	return digestRE.MatchString(s) && (!ok || len(hex) == 64)
}

// String puts the reference together again: what was parsed, to the letter.
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
