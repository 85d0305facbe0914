package workflow

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/zadig-go/zadig/internal/redact"
)

// withoutCredentials masks what is or may be a credential in a specification: secret
// members, user info in addresses, and the values of variables that the server does not
// mark as harmless. It returns nil for null, and a specification without credentials
// unchanged.
func withoutCredentials(spec json.RawMessage) json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(spec))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil || tree == nil {
		return nil
	}
	if !mask(tree) {
		return spec
	}
	masked, _ := json.Marshal(tree) // decoded from JSON
	return masked
}

const masked = "[redacted]"

// secretNames lists further members that may be secret, although their names do not say
// so: for example YAML with variables, and the address of a chat's webhook, with which
// anybody can post.
var secretNames = []string{
	"private_key", "yaml_content", "user_supplied_value", "variable_yaml", "values_yaml", "override_yaml", "override_kvs", "webhook",
	"hook_address",
}

// mask masks the credentials in a tree of JSON values, and reports whether there were
// any.
func mask(tree any) (found bool) {
	switch tree := tree.(type) {
	case []any:
		for _, element := range tree {
			found = mask(element) || found
		}
	case map[string]any:
		for name, value := range tree {
			text, isText := value.(string)
			switch {
			case (name == "value" || name == "val") && isVariable(tree) && value != nil && value != "", isText && text != "" && isSecret(name):
				tree[name], found = masked, true
			case name == "address" && isText && redact.Address(text) != text:
				tree[name], found = redact.Address(text), true
			default:
				found = mask(value) || found
			}
		}
	}
	return found
}

// isVariable reports whether an object is a variable that the server does not mark as
// harmless.
func isVariable(object map[string]any) bool {
	_, hasKey := object["key"]
	credential, marked := object["is_credential"].(bool)
	return credential || hasKey && !marked
}

func isSecret(name string) bool {
	return redact.IsSecretName(name) || slices.Contains(secretNames, name)
}
