package schedulingtest

import (
	"reflect"
	"time"
)

var instant = reflect.TypeFor[time.Time]()

// Clone is a copy of v that shares nothing with it. Fields that are not
// exported are left zero: what a round has recorded does not travel.
func Clone[T any](v T) T {
	var c T
	copyValue(reflect.ValueOf(&c).Elem(), reflect.ValueOf(&v).Elem())
	return c
}

func copyValue(dst, src reflect.Value) {
	switch kind := src.Kind(); {
	case src.Type() == instant:
		dst.Set(src)
	case kind == reflect.Struct:
		for i := range src.NumField() {
			if src.Type().Field(i).IsExported() {
				copyValue(dst.Field(i), src.Field(i))
			}
		}
	case kind == reflect.Pointer && !src.IsNil():
		dst.Set(reflect.New(src.Type().Elem()))
		copyValue(dst.Elem(), src.Elem())
	case kind == reflect.Slice && !src.IsNil():
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			copyValue(dst.Index(i), src.Index(i))
		}
	case kind == reflect.Map && !src.IsNil():
		dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
		for entry := src.MapRange(); entry.Next(); {
			value := reflect.New(src.Type().Elem()).Elem()
			copyValue(value, entry.Value())
			dst.SetMapIndex(entry.Key(), value)
		}
	default:
		dst.Set(src)
	}
}
