package main

import (
	"github.com/zadig-go/zadig/artifact"
	"github.com/zadig-go/zadig/delivery"
)

// The release and the artifact that Zadig's documentation shows, made one
// story: the image of the artifact is one that the release deployed. The other
// is from elsewhere.
const sampleImage = "ccr.ccs.tencentyun.com/koderover-rc/nginx-test:20211116230712-1-master"

var sampleRelease = &delivery.Release{
	VersionInfo: &delivery.VersionInfo{
		ID: "619dbaa8c528c2182225e8d9", Version: "test", ProductName: "nginx2", WorkflowName: "nginx2-ops-workflow", TaskID: 1,
		Labels: []string{"test"}, CreatedBy: "admin", CreatedAt: 1637726888,
	},
	DeployInfo: []*delivery.DeployInfo{{
		ID: "619dbaa8c528c2182225e8da", ServiceName: "nginx/nginx-test", ContainerName: "nginx-test", Image: sampleImage,
	}, {
		ID: "619dbaa8c528c2182225e8db", ServiceName: "redis/redis", ContainerName: "redis", Image: "docker.io/library/redis:7",
	}},
}

var sampleArtifact = &artifact.Artifact{
	Type: "image", Image: sampleImage, CreatedBy: "user1",
	Activities: []*artifact.Activity{{
		Type: artifact.ActivityBuild, StartTime: 1637075232, EndTime: 1637075286, CreatedBy: "user1",
		Commits: []*artifact.Commit{{
			Address: "https://github.com", Source: "github", RepoOwner: "koderover", RepoName: "zadig", Branch: "main", PR: 736,
			CommitID: "4b15c43b012e7a4a901fdcfe33736ad1c3b53f48", CommitMessage: "test", AuthorName: "user1",
		}},
	}},
}
