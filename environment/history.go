package environment

import (
	"context"
	"fmt"
	"time"

	"github.com/zadig-go/zadig/internal/errdef"
	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/response"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// HistoryOptions are the options of [Service.History].
type HistoryOptions struct {
	// Production says that the environment is a production environment. Servers before
	// v2.3.0 ignore this parameter, and return no deployments of production environments.
	Production bool
	// Chart says that the service is a chart release that was installed directly from a
	// chart repository. Leave it false for the services of a helm project.
	Chart bool
}

// Values of Deployment.Operation.
const (
	OperationDefault  = "default"
	OperationRollback = "rollback"
)

// Deployment is one deployment of a service: by a workflow, by hand or by a rollback. It
// may have changed only variables or replicas, so two deployments in a row can have the
// same images. The server does not say which task deployed the service.
type Deployment struct {
	ServiceName    string       `json:"service_name"`             // with HistoryOptions.Chart, the name of the chart release
	Revision       int          `json:"revision"`                 // from 1, ascending
	Containers     []*Container `json:"containers,omitzero"`      // since v3.2.0, nil before; empty for a chart release
	Operation      string       `json:"operation,omitzero"`       // since v3.4.0: OperationDefault or OperationRollback
	DeployType     string       `json:"deploy_type,omitzero"`     // since v3.4.1: "k8s" or "helm"
	DeployStrategy string       `json:"deploy_strategy,omitzero"` // since v4.1.0, seen only as ""
	Detail         string       `json:"detail,omitzero"`          // since v3.4.0: free text, mostly ""
	CreateTime     int64        `json:"create_time"`              // Unix seconds
	CreateBy       string       `json:"create_by"`                // user name, which is not unique, or "system"
}

// History returns the last deployments of a service in an environment, oldest first. The
// server keeps the last 20. Zadig v2.0.0 and later support History; v3.2.0 and later also
// send the images of each deployment. The user needs the right to view the environment.
//
// An empty history means that the service was never deployed, or that there is no such
// service or environment. On Zadig v2.3.1 and earlier, it can also mean that there is no
// such project.
//
// In addition to the common errors, History returns
//   - zadig.ErrBadRequest, without sending a request, for an empty project, name or
//     service, and for a name or service with a slash
//   - zadig.ErrNotFound for an unknown project (seen on v3.4.1 and v5.0.0)
//   - zadig.ErrLicense for production environments, if there is no valid license and
//     the user is not an administrator
//   - zadig.ErrUnsupported on servers before v2.0.0
func (s *Service) History(ctx context.Context, project, name, service string, o HistoryOptions) ([]*Deployment, error) {
	const method = "environment.History"
	if err := check(method, project, name); err != nil {
		return nil, err
	}
	if !response.IsSegment(service) {
		return nil, errdef.BadArgument(method, "service", "must be the name of a service, without a slash (got %.64q)", service)
	}
	deployments, _, err := response.List(ctx, s.sender(), response.Endpoint{
		Path: "/api/aslan/environment/environments/" + name + "/version/" + service,
		Query: struct {
			ProjectName string `url:"projectName"`
			Chart       bool   `url:"isHelmChart"`
			Production  bool   `url:"production,omitempty"`
			PassFilter  bool   `url:"ifPassFilter"` // otherwise a collaboration mode may respond, and be set up
		}{project, o.Chart, o.Production, true},
		Want: "an array of deployments",
	}, func(d *Deployment) error {
		if d.ServiceName != service {
			return fmt.Errorf("got a deployment of service %.64q, want one of %q", d.ServiceName, service)
		}
		return nil
	})
	if err != nil {
		return nil, listError(err, "servers before v2.0.0 have no history of deployments")
	}
	return deployments, nil
}

// Images returns the images that were deployed. The result is nil for a chart release and
// on servers before v3.2.0, which do not send images.
func (d *Deployment) Images() []Image {
	d = nilsafe.OrZero(d)
	return imagesOf(d.ServiceName, d.Containers)
}

// IsRollback reports whether the deployment is a rollback. It is always false on servers
// before v3.4.0, which do not send the operation.
func (d *Deployment) IsRollback() bool { return nilsafe.OrZero(d).Operation == OperationRollback }

// Created returns CreateTime as a time.Time, or the zero Time if it is unset.
func (d *Deployment) Created() time.Time { return unixtime.Time(nilsafe.OrZero(d).CreateTime) }
