package delivery

import (
	"time"

	"github.com/zadig-go/zadig/internal/nilsafe"
	"github.com/zadig-go/zadig/internal/unixtime"
)

// Values of DistributeInfo.DistributeType.
const (
	DistributeImage = "image"
	DistributeChart = "chart" // chart releases only
	DistributeFile  = "file"
)

// DistributeInfo describes one image, chart or file that was distributed. In a
// chart release, the images of a chart are in its SubDistributes. In a workflow
// release, there are no SubDistributes.
type DistributeInfo struct {
	ID             string            `json:"id"`                      // 24 hex digits
	ReleaseID      string            `json:"releaseId"`               // 24 hex digits
	ServiceName    string            `json:"serviceName,omitzero"`    // absent when "" (charts, files of charts)
	DistributeType string            `json:"distributeType"`          // DistributeImage, DistributeChart or DistributeFile
	RegistryName   string            `json:"registryName"`            // for an image, its full reference, else ""
	ChartVersion   string            `json:"chartVersion,omitzero"`   // since v1.8.0, absent when ""
	ChartName      string            `json:"chartName,omitzero"`      // since v1.8.0, absent when ""
	ChartRepoName  string            `json:"chartRepoName,omitzero"`  // since v1.8.0, absent when ""
	SubDistributes []*DistributeInfo `json:"subDistributes,omitzero"` // since v1.8.0: images of a chart, else nil
	Namespace      string            `json:"namespace,omitzero"`      // for an image, its namespace in the registry
	PackageFile    string            `json:"packageFile,omitzero"`    // for a file, its name
	RemoteFileKey  string            `json:"remoteFileKey,omitzero"`  // for a file, its folder in the storage
	DestStorageURL string            `json:"destStorageUrl,omitzero"` // for a workflow's file, the target storage
	S3StorageID    string            `json:"s3StorageID,omitzero"`    // since v1.8.0: for a chart's file, the id of its storage, else ""
	StorageURL     string            `json:"storageUrl,omitzero"`     // since v1.8.0: host of that storage, "" if it was deleted
	StorageBucket  string            `json:"storageBucket,omitzero"`  // since v1.8.0: bucket of that storage, "" if it was deleted
	SrcStorageURL  string            `json:"srcStorageUrl,omitzero"`  // for a workflow's file, the source storage
	StartTime      int64             `json:"start_time,omitzero"`     // Unix seconds, absent when 0
	EndTime        int64             `json:"end_time,omitzero"`       // Unix seconds, absent when 0
	CreatedAt      int64             `json:"created_at"`              // Unix seconds
	DeletedAt      int64             `json:"deleted_at"`              // Unix seconds, 0: not deleted
	ImageName      string            `json:"image_name,omitzero"`     // since v2.3.0: name without registry and tag
	ServiceModule  string            `json:"service_module,omitzero"` // since v2.3.0: container that runs the image
	Image          string            `json:"image,omitzero"`          // since v2.3.0: image reference
}

// Started returns StartTime as a time.Time, or the zero Time if it is unset.
func (d *DistributeInfo) Started() time.Time { return unixtime.Time(nilsafe.OrZero(d).StartTime) }

// Ended returns EndTime as a time.Time, or the zero Time if it is unset.
func (d *DistributeInfo) Ended() time.Time { return unixtime.Time(nilsafe.OrZero(d).EndTime) }

// Created returns CreatedAt as a time.Time, or the zero Time if it is unset.
func (d *DistributeInfo) Created() time.Time { return unixtime.Time(nilsafe.OrZero(d).CreatedAt) }

// Deleted returns DeletedAt as a time.Time, or the zero Time if it is unset.
func (d *DistributeInfo) Deleted() time.Time { return unixtime.Time(nilsafe.OrZero(d).DeletedAt) }
