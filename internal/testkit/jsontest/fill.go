package jsontest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// Fill returns a T in which every exported field has a distinct value. Slices and
// maps have one element, recursive types one level. Integers are too large for a
// float64.
func Fill[T any]() T {
	var v T
	f := filler{}
	f.fill(reflect.ValueOf(&v).Elem(), nil)
	return v
}

type filler struct{ n int64 }

func (f *filler) fill(v reflect.Value, stack []reflect.Type) {
	f.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text <%d> 中文", f.n))
	case reflect.Int, reflect.Int64:
		v.SetInt(1<<53 + 2*f.n + 1)
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), stack)
	case reflect.Slice:
		if v.Type() == rawMessage {
			v.Set(reflect.ValueOf(json.RawMessage(fmt.Sprintf("12345678901234567890.%d0", f.n))))
			return
		}
		element, _ := elementOf(v.Type())
		depth := 0
		for _, outer := range stack {
			if outer == element {
				depth++
			}
		}
		if depth > 1 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(v.Index(0), stack)
	case reflect.Map:
		key := reflect.New(v.Type().Key()).Elem()
		value := reflect.New(v.Type().Elem()).Elem()
		f.fill(key, stack)
		f.fill(value, stack)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				f.fill(v.Field(i), slices.Concat(stack, []reflect.Type{v.Type()}))
			}
		}
	default:
		panic("cannot fill a " + v.Type().String())
	}
}

// accessors are the methods beside the server's time fields.
var accessors = map[string]string{
	"created_at":   "Created",
	"created_time": "Created",
	"create_time":  "Created",
	"update_time":  "Updated",
	"deleted_at":   "Deleted",
	"start_time":   "Started",
	"end_time":     "Ended",
}

// CheckTimes checks that each time field in T and in what it holds has its
// accessor, which gives the field's time and the zero Time for 0.
func CheckTimes[T any](t *testing.T) {
	t.Helper()
	checked := map[reflect.Type]bool{}
	checkTimes(t, reflect.TypeFor[T](), checked)
}

func checkTimes(t *testing.T, typ reflect.Type, checked map[reflect.Type]bool) {
	t.Helper()
	if checked[typ] || typ.Kind() != reflect.Struct {
		return
	}
	checked[typ] = true
	for i := range typ.NumField() {
		field := typ.Field(i)
		if !field.IsExported() {
			continue
		}
		element, _ := elementOf(field.Type)
		checkTimes(t, element, checked)

		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		name, isTime := accessors[tag]
		if !isTime {
			continue
		}
		v := reflect.New(typ)
		method := v.MethodByName(name)
		if !method.IsValid() {
			t.Errorf("%s.%s has no method %s", typ.Name(), field.Name, name)
			continue
		}
		accessor, ok := reflect.TypeAssert[func() time.Time](method)
		if !ok {
			t.Errorf("%s.%s is a %s", typ.Name(), name, method.Type())
			continue
		}
		if got := accessor(); !got.IsZero() {
			t.Errorf("%s.%s of 0 is %s", typ.Name(), name, got)
		}
		v.Elem().Field(i).SetInt(1637726888)
		if got := accessor(); !got.Equal(time.Unix(1637726888, 0)) {
			t.Errorf("%s.%s of 1637726888 is %s", typ.Name(), name, got)
		}
	}
}
