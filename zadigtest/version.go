package zadigtest

import (
	"fmt"
	"slices"
	"strings"
)

// versions are the releases of Zadig that the server can stand in for, oldest
// first.
var versions = []string{
	"v1.7.1", "v1.8.0", "v1.9.0", "v1.10.0", "v1.11.0", "v1.12.0", "v1.13.0", "v1.14.0",
	"v1.15.0", "v1.16.0", "v1.17.0", "v1.18.0", "v2.0.0", "v2.1.0", "v2.2.0", "v2.3.0",
	"v2.3.1", "v3.0.0", "v3.1.0", "v3.2.0", "v3.2.1", "v3.3.0", "v3.4.0", "v3.4.1",
	"v4.0.0", "v4.1.0", "v4.2.0", "v4.2.1", "v4.3.0", "v5.0.0",
}

// Versions are the versions of Zadig that [WithServerVersion] takes, oldest
// first: to run a test on all of them.
func Versions() []string { return slices.Clone(versions) }

// version is a position in versions, so that versions compare with < and >.
type version int

// newest is the version of a server without [WithServerVersion].
func newest() version { return version(len(versions) - 1) }

func parseVersion(name string) (version, error) {
	if i := slices.Index(versions, name); i >= 0 {
		return version(i), nil
	}
	return 0, fmt.Errorf("unknown version %q of Zadig, known are %s", name, strings.Join(versions, ", "))
}

// mustVersion is for names written in this package.
func mustVersion(name string) version {
	v, err := parseVersion(name)
	if err != nil {
		panic(err)
	}
	return v
}

func (v version) String() string { return versions[v] }

// trait is one way in which versions differ, apart from the members that they
// send, which are in fields.tsv. What ends with flatReleases, as brief lists
// do, has no end of its own.
type trait int

const (
	documentedErrors    trait = iota // a bad integer is told as in the documentation, later with an empty body
	rawPaging                        // page and per_page go to the database uncorrected
	byIDFindsNothing                 // ids are compared as text with what is no text
	hasBrief                         // verbosity=brief is known
	hasTrace                         // picket has /dc/artifact, aslan /artifacts/image
	hangsUpWithoutDB                 // the collaboration check panics when the database is down
	failsWithoutDB                   // … is a 500 when the database is down
	picketInAslan                    // picket's endpoints are aslan's own
	collabType                       // the collaboration answer names workflow_type
	collabName                       // … display_name and, of environments, services in place of vars
	licenseForList                   // lists need a license
	licenseForRelease                // so does a release by id
	projectForRelease                // a release by id needs projectName
	needsProjectOfRead               // a release whose project is gone cannot be read in detail
	panicsOnOddPaths                 // a path of invalid UTF-8 ends the connection: it is a label of a metric
	hasProducts                      // /products exists
	hasCheck                         // /releases/check exists
	totalOfReleases                  // lists of releases send X-Total
	hasOpenAPI                       // /openapi/delivery/releases exists
	hasTasks                         // /openapi/workflows exists
	workflowKeys                     // a task's workflow_key is the key and workflow_name the display name
	hasServiceNames                  // /servicenames exists
	briefWithoutEnv                  // brief leaves productEnvInfo out
	flatReleases                     // the flat object, no paging defaults, labels
	listWithoutServices              // lists leave services out
)

// spans says which versions have a trait: from since to until, an empty one is
// no bound.
var spans = [...]struct{ since, until string }{
	documentedErrors:    {until: "v1.7.1"},
	rawPaging:           {until: "v1.7.1"},
	byIDFindsNothing:    {until: "v1.7.1"},
	hasBrief:            {since: "v1.8.0"},
	hasTrace:            {since: "v1.8.0"},
	hangsUpWithoutDB:    {since: "v1.10.0", until: "v1.12.0"},
	failsWithoutDB:      {since: "v1.13.0"},
	picketInAslan:       {since: "v1.14.0"},
	collabType:          {since: "v1.15.0"},
	collabName:          {since: "v1.16.0"},
	licenseForList:      {since: "v2.0.0"},
	licenseForRelease:   {since: "v2.3.0"},
	hasTasks:            {since: "v1.15.0"},
	workflowKeys:        {since: "v1.18.0"},
	projectForRelease:   {since: "v2.3.0"},
	needsProjectOfRead:  {since: "v2.3.0"},
	hasServiceNames:     {until: "v2.3.0"},
	panicsOnOddPaths:    {since: "v2.3.1"},
	hasProducts:         {until: "v1.17.0"},
	hasCheck:            {since: "v3.1.0"},
	totalOfReleases:     {since: "v2.3.1"},
	hasOpenAPI:          {since: "v2.3.1"},
	briefWithoutEnv:     {since: "v3.0.0"},
	flatReleases:        {since: "v4.0.0"},
	listWithoutServices: {since: "v4.2.0"},
}

func (v version) has(t trait) bool { return v.within(spans[t].since, spans[t].until) }

func (v version) within(since, until string) bool {
	return (since == "" || v >= mustVersion(since)) && (until == "" || v <= mustVersion(until))
}
