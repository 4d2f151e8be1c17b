package scheduling

import "errors"

// Kinds of refusal that a caller can tell apart with errors.Is.
var (
	// ErrInvalid is input that its author has to change.
	ErrInvalid = errors.New("invalid")
	// ErrForbidden is an act that the actor has no right to.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound is a thing that does not exist, or not for this actor.
	ErrNotFound = errors.New("not found")
	// ErrConflict is an act that the present state does not allow.
	ErrConflict = errors.New("conflict")
)

// An Error is a refusal that its reader can act on. Code names the message in
// the catalogs of web/locale and Params fill its placeholders; Field is the
// form field at fault, if any. Kind is one of the four kinds.
type Error struct {
	Kind   error
	Code   string
	Field  string
	Params map[string]string
}

// Error is for logs; people are shown the text of Code.
func (e *Error) Error() string { return "scheduling: " + e.Code }

// Unwrap lets errors.Is find the kind.
func (e *Error) Unwrap() error { return e.Kind }

func refuse(kind error, code string, params ...string) *Error {
	e := &Error{Kind: kind, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if e.Params == nil {
			e.Params = map[string]string{}
		}
		e.Params[params[i]] = params[i+1]
	}
	return e
}

func (e *Error) at(field string) *Error {
	e.Field = field
	return e
}
