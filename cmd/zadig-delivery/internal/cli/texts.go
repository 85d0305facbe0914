package cli

import "reflect"

// MapTexts replaces each text in the value that v points to. If most is not 0, it
// cuts lists to that many elements, and returns how many it removed.
func MapTexts(v any, most int, replace func(string) string) (cut int) {
	return mapTexts(reflect.ValueOf(v), most, replace)
}

func mapTexts(v reflect.Value, most int, replace func(string) string) (cut int) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(replace(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return mapTexts(v.Elem(), most, replace)
		}
	case reflect.Slice:
		if most > 0 && v.Len() > most {
			cut = v.Len() - most
			v.SetLen(most)
		}
		for i := range v.Len() {
			cut += mapTexts(v.Index(i), most, replace)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				cut += mapTexts(v.Field(i), most, replace)
			}
		}
	}
	return cut
}
