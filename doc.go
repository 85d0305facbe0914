// Package zadig is a client of the delivery center (交付中心) of KodeRover
// Zadig: what was released, with which images, and which commit, pull request
// and author stand behind an image that runs.
package zadig
