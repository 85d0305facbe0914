package redact

import (
	"net/url"
	"strings"
)

// maxURL bounds the text of a URL, which a redirect can make as long as a header.
const maxURL = 2 << 10

// URL returns the text of u with user info and the values of secret query
// parameters masked. It leaves out the middle of a long text.
func URL(u *url.URL, literals ...string) string {
	safe := *u
	if safe.User != nil {
		safe.User = url.User(Mask)
	}
	return Shorten(Line(safe.String(), literals...), maxURL)
}

// URLWithoutQuery returns the text of u without its query, fragment and user info.
func URLWithoutQuery(u *url.URL, literals ...string) string {
	safe := *u
	safe.User, safe.RawQuery, safe.ForceQuery, safe.Fragment, safe.RawFragment = nil, "", false, "", ""
	return URL(&safe, literals...)
}

// Addresses replaces each address with the result of [Address], if it has user info
// or a query.
func Addresses(addresses ...*string) {
	for _, a := range addresses {
		if strings.ContainsAny(*a, "@=") {
			*a = Address(*a)
		}
	}
}

// Address returns the address of a code host, which need not be a URL, without
// user info and secrets.
func Address(address string) string {
	if u, err := url.Parse(address); err == nil {
		if u.User != nil {
			u.User = nil
			address = u.String()
		}
		return Text(address)
	}
	scheme, rest, isURL := strings.Cut(address, "://")
	if at := strings.LastIndexByte(rest, '@'); isURL && at >= 0 {
		address = scheme + "://" + rest[at+1:]
	}
	return Text(address)
}
