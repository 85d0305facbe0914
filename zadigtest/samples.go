package zadigtest

import (
	_ "embed"
	"encoding/json"

	"github.com/zadig-go/zadig/artifact"
)

// The samples of the documentation.
var (
	//go:embed samples/releases.json
	sampleReleases []byte
	//go:embed samples/artifact.json
	sampleArtifact []byte
)

func samples() Data {
	var data Data
	a := &artifact.Artifact{}
	if err := json.Unmarshal(sampleReleases, &data.Releases); err != nil {
		panic(err) // cannot happen: the samples are part of the program
	}
	if err := json.Unmarshal(sampleArtifact, a); err != nil {
		panic(err)
	}
	data.Artifacts = []*artifact.Artifact{a}
	return data
}
