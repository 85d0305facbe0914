package zadigtest

import (
	_ "embed"
	"encoding/json"
)

//go:embed samples/shop.json
var shopJSON []byte

// Shop returns the data of a small shop, which a server without options holds:
// its project "shop" deploys the services cart and payment. Version v1.3.0 of 12
// June 2024 runs in the environment prod and brings gift cards: alice wrote them
// (pull request 736 of shop-team/cart), task 98 of the workflow shop-dev built
// the image "registry.example.com/shop/cart:1.3.0". Each call returns a new copy.
func Shop() Data {
	var data Data
	if err := json.Unmarshal(shopJSON, &data); err != nil {
		panic(err) // cannot happen: the sample is part of the program
	}
	return data
}
