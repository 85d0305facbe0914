package delivery

// SecurityStats counts the findings of the scan of one image. Servers send it up to
// v3.4.0.
type SecurityStats struct {
	ImageName                 string         `json:"imageName"`                 // "name:tag"
	ImageID                   string         `json:"imageId"`                   // such as "sha256:…"
	DeliverySecurityStatsInfo SecurityCounts `json:"deliverySecurityStatsInfo"` // the counts
}

// SecurityCounts counts the findings of a scan by severity.
type SecurityCounts struct {
	Total      int `json:"total"`      // all severities
	Unkown     int `json:"unkown"`     // in the server's spelling; always 0, even if some were found
	Negligible int `json:"negligible"` // the lowest severity
	Low        int `json:"low"`        // above Negligible
	Medium     int `json:"medium"`     // above Low
	High       int `json:"high"`       // above Medium
	Critical   int `json:"critical"`   // the highest severity
}
