package zadigtest

import (
	"errors"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// Option says what a server is to be.
type Option func(*config) error

type config struct {
	version version
	token   string
	data    Data
	given   bool // data comes from the options and not from the documentation
}

func newConfig(opts []Option) (*config, error) {
	cfg := &config{version: newest()}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("an option is nil")
		}
		if err := opt(cfg); err != nil {
			return nil, err
		}
	}
	if !cfg.given {
		cfg.data = samples()
	}
	return cfg, nil
}

// WithServerVersion makes the server behave as a version of Zadig, one of
// [Versions]. The default is the newest of them, which is "v5.0.0" today and
// changes with a new version of this package: name the version that you run.
// An unknown version is an error that lists the known ones.
func WithServerVersion(name string) Option {
	return func(cfg *config) error {
		v, err := parseVersion(name)
		if err != nil {
			return err
		}
		cfg.version = v
		return nil
	}
}

// WithToken makes the server refuse requests without the token as Zadig does:
// 401 with an empty body. The token is taken from the header "Authorization:
// Bearer …" and from the query parameter "token". The server's own clients
// send it.
func WithToken(token string) Option {
	return func(cfg *config) error {
		if token == "" {
			return errors.New("WithToken: the token is empty")
		}
		cfg.token = token
		return nil
	}
}

// WithData adds releases and artifacts, as [WithReleases] and [WithArtifacts]
// do. WithData(Data{}) is a Zadig that holds nothing.
func WithData(data Data) Option {
	return func(cfg *config) error {
		cfg.given = true
		cfg.data.Releases = append(cfg.data.Releases, data.Releases...)
		cfg.data.Artifacts = append(cfg.data.Artifacts, data.Artifacts...)
		return nil
	}
}

// WithReleases adds releases, in place of the samples. Each needs a
// VersionInfo with an id of 24 hex digits that no other release has; the
// server keeps a copy. They are listed newest first, by CreatedAt, and those
// of the same second in the given order. A release with DeletedAt is not
// found, as on a real server.
//
// Releases may have the documented shape or the flat one of v4.0.0 (see
// delivery.Release): the server answers with the shape of its version. What
// the release has and the version does not know is left out.
//
// A real server since v4.0.0 refuses a second release with the same CreatedAt, or
// with the same project and Version. This one accepts them, so that a test can
// hold the data of an older server. Of two with one project and Version,
// [OpenAPIReleaseDetail] responds with the newest.
func WithReleases(releases ...*delivery.Release) Option {
	return WithData(Data{Releases: releases})
}

// WithArtifacts adds artifacts, in place of the samples. Each needs an Image,
// unless its Type is "file"; an ID of 24 hex digits that no other artifact
// has may be left out. The server keeps a copy and sorts Activities and
// SortedActivities itself.
func WithArtifacts(artifacts ...*artifact.Artifact) Option {
	return WithData(Data{Artifacts: artifacts})
}
