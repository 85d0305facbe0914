package zadigtest

import (
	"errors"

	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// Option configures a [Server].
type Option func(*config) error

type config struct {
	version version
	token   string
	data    Data
	given   bool // the options set the data
}

func newConfig(opts []Option) (*config, error) {
	cfg := &config{version: newest}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("an option is nil")
		}
		if err := opt(cfg); err != nil {
			return nil, err
		}
	}
	if !cfg.given {
		cfg.data = Shop()
	}
	return cfg, nil
}

// WithServerVersion makes the server behave as the named version of Zadig. If [Versions]
// does not list the version, the server behaves as the listed version that looks the same
// through the SDK, which [Server.ServerVersion] returns. The default is the newest of
// Versions. It changes with new versions of this package, so pass the version that you
// run.
func WithServerVersion(name string) Option {
	return func(cfg *config) error {
		var err error
		cfg.version, err = nearest(name)
		return err
	}
}

// WithToken makes the server refuse requests without the token. Like Zadig, it responds
// with status 401 and an empty body. The token may be in the header "Authorization:
// Bearer …" or in the query parameter "token". [Server.Client] returns clients that send
// it.
func WithToken(token string) Option {
	return func(cfg *config) error {
		if token == "" {
			return errors.New("WithToken: the token is empty")
		}
		cfg.token = token
		return nil
	}
}

// WithData adds everything in data, as [WithReleases] and the other options for data do.
// With WithData(Data{}) alone, the server is empty.
func WithData(data Data) Option {
	return func(cfg *config) error {
		cfg.given = true
		cfg.data.Releases = append(cfg.data.Releases, data.Releases...)
		cfg.data.Artifacts = append(cfg.data.Artifacts, data.Artifacts...)
		cfg.data.Environments = append(cfg.data.Environments, data.Environments...)
		cfg.data.Deployments = append(cfg.data.Deployments, data.Deployments...)
		cfg.data.Tasks = append(cfg.data.Tasks, data.Tasks...)
		return nil
	}
}

// WithReleases adds copies of releases. The server then does not have the data of [Shop].
// Each release needs a VersionInfo with a unique ID of 24 hex digits. Releases are listed
// newest first, by CreatedAt; those with the same CreatedAt keep their order. As on a
// real server, a release with DeletedAt is not found. On v4.0.0 and later, a release made
// by a workflow is not found either: one of Type K8SWorkflow, or of Type "" with
// BuildInfo, TestInfo or DistributeInfo.
//
// Releases may have the documented shape or the flat shape of v4.0.0 (see
// delivery.Release). Responses have the shape of the server's version.
//
// Since v4.0.0 a real server refuses a second release with the same CreatedAt, or with
// the same project and Version. This server accepts it, because older servers do. If
// several releases have the same project and Version, [OpenAPIReleaseDetail] returns the
// newest.
func WithReleases(releases ...*delivery.Release) Option {
	return WithData(Data{Releases: releases})
}

// WithArtifacts adds copies of artifacts. The server then does not have the data of
// [Shop]. Each artifact needs an Image unless its Type is "file". An artifact of Type
// "image" without an ImageSize is not listed. An ID must be unique and have 24 hex
// digits; an artifact without an ID gets a new one. The server sorts Activities and
// derives SortedActivities from them.
func WithArtifacts(artifacts ...*artifact.Artifact) Option {
	return WithData(Data{Artifacts: artifacts})
}
