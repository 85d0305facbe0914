package zadigtest

import (
	"fmt"
	"slices"
	"strings"
)

// versions lists the versions of Zadig that a server can behave as, oldest
// first.
var versions = []string{
	"v1.7.1", "v1.8.0", "v1.9.0", "v1.10.0", "v1.11.0", "v1.12.0", "v1.13.0", "v1.14.0",
	"v1.15.0", "v1.16.0", "v1.17.0", "v1.18.0", "v2.0.0", "v2.1.0", "v2.2.0", "v2.3.0",
	"v2.3.1", "v3.0.0", "v3.1.0", "v3.2.0", "v3.2.1", "v3.3.0", "v3.4.0", "v3.4.1",
	"v4.0.0", "v4.1.0", "v4.2.0", "v4.2.1", "v4.3.0", "v5.0.0",
}

// Versions returns the versions of Zadig that [WithServerVersion] accepts, oldest
// first. Range over them to run a test on each.
func Versions() []string { return slices.Clone(versions) }

// version is a position in versions, so that versions compare with < and >.
type version int

// newest returns the version of a server without [WithServerVersion].
func newest() version { return version(len(versions) - 1) }

func parseVersion(name string) (version, error) {
	if i := slices.Index(versions, name); i >= 0 {
		return version(i), nil
	}
	return 0, fmt.Errorf("unknown version %q of Zadig, known are %s", name, strings.Join(versions, ", "))
}

// mustVersion parses a name written in this package.
func mustVersion(name string) version {
	v, err := parseVersion(name)
	if err != nil {
		panic(err)
	}
	return v
}

func (v version) String() string { return versions[v] }

// trait is a difference between versions, except for the members that they send,
// which fields.tsv lists. Traits that end with flatReleases, such as hasBrief,
// have no until in spans.
type trait int

const (
	documentedErrors    trait = iota // a bad integer gets the documented error, later an empty body
	rawPaging                        // page and per_page reach the database unchecked
	byIDFindsNothing                 // a lookup by id never matches: it compares a string with an object id
	hasBrief                         // verbosity=brief has an effect
	hasTrace                         // picket has /dc/artifact, aslan /artifacts/image
	hangsUpWithoutDB                 // the collaboration check panics when the database is down
	failsWithoutDB                   // … is a 500 when the database is down
	picketInAslan                    // aslan serves picket's endpoints
	collabType                       // the collaboration response has workflow_type
	collabName                       // … display_name and, of environments, services in place of vars
	licenseForList                   // lists need a license
	licenseForRelease                // a release by id needs a license
	projectForRelease                // a release by id needs projectName
	needsProjectOfRead               // a release whose project is gone cannot be read in detail
	panicsOnInvalidUTF8              // a path of invalid UTF-8, used as a metric label, ends the connection
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

// spans holds the first and the last version with a trait; "" is no bound.
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
	panicsOnInvalidUTF8: {since: "v2.3.1"},
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
