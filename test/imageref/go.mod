module github.com/zadig-go/zadig/test/imageref

go 1.26.0

replace github.com/zadig-go/zadig => ../../

require (
	github.com/distribution/reference v0.6.0
	github.com/stretchr/testify v1.12.1
	github.com/zadig-go/zadig v0.0.0
)

require (
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/google/go-querystring v1.2.0 // indirect
	github.com/opencontainers/go-digest v1.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
