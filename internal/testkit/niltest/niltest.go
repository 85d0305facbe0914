// Package niltest calls the methods of a package's types on nil pointers and
// on zero values, which must not panic.
package niltest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// byValue are the methods that fmt, slog and encoding/json call. Types that
// the API returns as pointers may have them with a value receiver, so that copies
// are masked and encoded as well: fmt and encoding/json do not call them on a nil
// pointer, and slog recovers.
var byValue = []string{"Format", "GoString", "LogValue", "MarshalJSON"}

// Methods calls every exported method of the exported types of the package in
// the test's folder, with zero arguments, on a zero value and, where the
// receiver is a pointer, on nil. On nil a method returns zero values; String
// may return "<nil>", as fmt prints. Errors and yielded values are not checked.
//
// Methods finds the types through the methods and fields of roots. A type that it
// does not find fails the test and must be added to the roots.
func Methods(t *testing.T, roots ...reflect.Type) {
	t.Helper()
	w := walker{pkg: roots[0].Elem().PkgPath(), types: map[reflect.Type]bool{}, pointers: map[reflect.Type]bool{}}
	for _, root := range roots {
		w.visit(root)
	}
	var reached []string
	for typ := range w.types {
		reached = append(reached, typ.Name())
		t.Run(typ.Name(), func(t *testing.T) {
			t.Parallel()
			pointer := reflect.PointerTo(typ)
			for method := range pointer.Methods() {
				call(t, reflect.New(typ), method, false)
				_, hasValueReceiver := typ.MethodByName(method.Name)
				switch {
				case !hasValueReceiver:
					call(t, reflect.Zero(pointer), method, true)
				case w.pointers[typ] && !slices.Contains(byValue, method.Name):
					t.Errorf("%s is handed out by pointer: %s needs a pointer receiver to bear nil", typ, method.Name)
				}
			}
		})
	}
	for _, name := range exportedTypes(t) {
		if !slices.Contains(reached, name) {
			t.Errorf("type %s is not reached from the roots", name)
		}
	}
}

// walker collects the types of a package, and which of them are used as
// pointers.
type walker struct {
	pkg             string
	types, pointers map[reflect.Type]bool
}

func (w *walker) visit(typ reflect.Type) {
	switch typ.Kind() {
	case reflect.Pointer:
		if typ.Elem().PkgPath() == w.pkg {
			w.pointers[typ.Elem()] = true
		}
		w.visit(typ.Elem())
		return
	case reflect.Slice, reflect.Array:
		w.visit(typ.Elem())
	case reflect.Map:
		w.visit(typ.Key())
		w.visit(typ.Elem())
	case reflect.Func:
		w.signature(typ)
	}
	if typ.PkgPath() != w.pkg || w.types[typ] || !token.IsExported(typ.Name()) {
		return
	}
	if typ.Kind() != reflect.Interface {
		w.types[typ] = true
		pointer := reflect.PointerTo(typ)
		for method := range pointer.Methods() {
			w.signature(method.Type)
		}
	}
	if typ.Kind() == reflect.Struct {
		for field := range typ.Fields() {
			if field.IsExported() {
				w.visit(field.Type)
			}
		}
	}
}

func (w *walker) signature(f reflect.Type) {
	for out := range f.Outs() {
		w.visit(out)
	}
	for in := range f.Ins() {
		if in.Kind() != reflect.Pointer || in.Elem().PkgPath() != w.pkg { // no receiver
			w.visit(in)
		}
	}
}

// call calls a method with zero arguments. A panic fails the test, and so does
// a value that is not zero but must be.
func call(t *testing.T, receiver reflect.Value, method reflect.Method, wantZero bool) {
	t.Helper()
	name := method.Name
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s on %#v panics: %v", name, receiver, p)
		}
	}()
	in := []reflect.Value{receiver}
	for i := 1; i < method.Type.NumIn(); i++ {
		in = append(in, argument(method.Type.In(i)))
	}
	var out []reflect.Value
	if method.Type.IsVariadic() {
		out = method.Func.CallSlice(in)
	} else {
		out = method.Func.Call(in)
	}
	for _, result := range out {
		switch {
		case result.Type().CanSeq() || result.Type().CanSeq2():
			if result.Kind() == reflect.Func {
				exhaust(result)
			}
		case result.Type() == reflect.TypeFor[error]():
		case name == "String" && result.String() == "<nil>":
		case wantZero && !result.IsZero():
			t.Errorf("%s on a nil pointer gives %v, want the zero value", name, result)
		}
	}
}

// argument returns the zero value, except for a fmt.State, which is never nil.
func argument(typ reflect.Type) reflect.Value {
	if typ == reflect.TypeFor[fmt.State]() {
		return reflect.ValueOf(state{})
	}
	return reflect.Zero(typ)
}

// exhaust ranges over an iterator.
func exhaust(iterator reflect.Value) {
	yield := iterator.Type().In(0)
	iterator.Call([]reflect.Value{reflect.MakeFunc(yield, func([]reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(true)}
	})})
}

// exportedTypes returns the names of the types that the package in the folder of
// the test exports, without interfaces and aliases.
func exportedTypes(t *testing.T) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				_, inFunction := n.(*ast.FuncDecl)
				return !inFunction
			}
			if _, isInterface := spec.Type.(*ast.InterfaceType); spec.Name.IsExported() && !spec.Assign.IsValid() && !isInterface {
				names = append(names, spec.Name.Name)
			}
			return false
		})
	}
	return names
}

// state is a fmt.State that discards what is written.
type state struct{}

func (state) Write(p []byte) (int, error) { return len(p), nil }
func (state) Width() (int, bool)          { return 0, false }
func (state) Precision() (int, bool)      { return 0, false }
func (state) Flag(int) bool               { return false }
