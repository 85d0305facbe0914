// Command zadig-delivery shows the releases on a Zadig server, the images that run,
// the commits that they were built from, and what changed between releases.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/changelog"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/cli"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/mcpserver"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/projects"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/release"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/releases"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/report"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/running"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/trace"
	"github.com/zadig-go/zadig/cmd/zadig-delivery/internal/wait"
)

const long = `Shows the releases (版本) on a Zadig server, the images that run, the commits
that they were built from, and what changed between releases. It is read-only:
it sends only GET requests.

Environment variables set the connection:
  ZADIG_URL      address of the Zadig server, such as https://zadig.example.com
  ZADIG_TOKEN    API token, from Zadig's user settings
  ZADIG_CA_FILE  PEM file with a CA to trust in addition to the system's

To try a command without a Zadig server, add --demo.

Exit codes: 0 success; 1 failure or an incomplete result; 2 wrong arguments or
input; 130 interrupted.`

func main() { os.Exit(run()) }

// run runs the command that the arguments name. An interrupt ends its context, and
// a second interrupt ends the process.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	cmd, err := root().ExecuteContextC(ctx)
	return cli.Exit(cmd, err, os.Stderr)
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use: cli.Name, Short: "Show the releases and images of Zadig", Long: long, Version: version(),
		SilenceErrors: true, SilenceUsage: true,
	}
	cmd.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	cmd.AddCommand(changelog.Command(), mcpserver.Command(version()), projects.Command(), release.Command(), releases.Command(),
		report.Command(), running.Command(), trace.Command(), wait.Command())
	return cmd
}

// version returns the version of the module that go install recorded or, if there is
// none, the version of the SDK.
func version() string {
	if built, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(built.Main.Version, "v") {
		return built.Main.Version
	}
	return "v" + zadig.Version
}
