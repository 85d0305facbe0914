package delivery_test

const listPath = "/api/aslan/delivery/releases"
