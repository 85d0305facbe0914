package environment_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/zadig-go/zadig"
	"github.com/zadig-go/zadig/environment"
	"github.com/zadig-go/zadig/workflow"
	"github.com/zadig-go/zadig/zadigtest"
)

// Prints what is deployed in production, from which commit, and who deployed and approved
// it. The output is the same for three versions of Zadig.
func Example() {
	for _, version := range []string{"v2.3.1", "v3.4.1", "v5.0.0"} {
		srv, err := zadigtest.Start(zadigtest.WithServerVersion(version)) // instead of your Zadig
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("Zadig", version)
		if err := whatRuns(context.Background(), srv.Client(), "shop", "prod"); err != nil {
			fmt.Println(zadig.Explain(err))
		}
		srv.Close()
	}
	// Output:
	// Zadig v2.3.1
	// cart: registry.example.com/shop/cart:1.3.0
	//   deployed by alice on 2024-06-12
	//   from cart 4b15c43b by alice
	//   approved by carol: LGTM
	// payment: registry.example.com/shop/payment:1.8.2
	//   deployed by alice on 2024-06-12
	//   from payment e81d60b7 by 李雷
	//   approved by carol: LGTM
	// Zadig v3.4.1
	// cart: registry.example.com/shop/cart:1.3.0
	//   deployed by alice on 2024-06-12
	//   from cart 4b15c43b by alice
	//   approved by carol: LGTM
	// payment: registry.example.com/shop/payment:1.8.2
	//   deployed by alice on 2024-06-12
	//   from payment e81d60b7 by 李雷
	//   approved by carol: LGTM
	// Zadig v5.0.0
	// cart: registry.example.com/shop/cart:1.3.0
	//   deployed by alice on 2024-06-12
	//   from cart 4b15c43b by alice
	//   approved by carol: LGTM
	// payment: registry.example.com/shop/payment:1.8.2
	//   deployed by alice on 2024-06-12
	//   from payment e81d60b7 by 李雷
	//   approved by carol: LGTM
}

func whatRuns(ctx context.Context, client *zadig.Client, project, name string) error {
	env, err := client.Environment.Get(ctx, project, name, environment.GetOptions{Production: true})
	if err != nil {
		return err
	}
	for _, image := range env.Images() {
		fmt.Printf("%s: %s\n", image.Service, image.Image)
		history, err := client.Environment.History(ctx, project, name, image.Service, environment.HistoryOptions{Production: true})
		if err != nil {
			return err
		}
		if last := len(history) - 1; last >= 0 {
			fmt.Printf("  deployed by %s on %s\n", history[last].CreateBy, history[last].Created().UTC().Format(time.DateOnly))
		}
		a, err := client.Artifact.Trace(ctx, image.Image)
		if errors.Is(err, zadig.ErrNotFound) {
			fmt.Println("  not built by this Zadig")
			continue
		}
		if err != nil {
			return err
		}
		for _, c := range a.Commits() {
			fmt.Printf("  from %s %.8s by %s\n", c.RepoName, c.CommitID, c.AuthorName)
		}
		for _, build := range a.Builds() {
			ref, ok := build.Task()
			if !ok {
				continue
			}
			task, err := client.Workflow.Task(ctx, ref)
			if err != nil {
				return err
			}
			for _, deploy := range task.Deploys() {
				if deploy.Environment == name && deploy.Image == image.Image && deploy.Status == workflow.StatusPassed {
					printApprovals(task)
				}
			}
		}
	}
	return nil
}

func printApprovals(task *workflow.Task) {
	for _, approval := range task.Approvals() {
		for _, approver := range approval.ApprovedBy() {
			fmt.Printf("  approved by %s: %s\n", approver.Name, approver.Comment)
		}
	}
}
