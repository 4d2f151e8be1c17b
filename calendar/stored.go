package calendar

import "fmt"

// A Stored is an object that was encoded earlier, such as when the change it
// tells of was made, and is sent now.
type Stored struct {
	Method    string // REQUEST or CANCEL, as inside Stream
	Stream    []byte // what Encode gave
	Organizer Mailbox
	Attendee  Mailbox
}

// Encode is the stream as it was stored. It fails for a method that is not
// sent by mail.
func (s Stored) Encode() ([]byte, error) {
	if s.Method != (Request{}).method() && s.Method != (Cancel{}).method() {
		return nil, fmt.Errorf("calendar: stored object: no method %q", s.Method)
	}
	return s.Stream, nil
}

func (s Stored) method() string { return s.Method }

func (s Stored) people() (organizer, attendee Mailbox) { return s.Organizer, s.Attendee }
