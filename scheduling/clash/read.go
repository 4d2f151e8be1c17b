package clash

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A ReadError is a line that Read cannot accept.
type ReadError struct {
	Line int // from 1
	Text string
}

// Error is the line and what is wrong with it.
func (e *ReadError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Read reads instances in the text format of CSPLib problem 046: one bare
// instance, or many, each under a heading such as **Instance #1**. Text before
// the first heading or setting is left out. What is wrong is a *ReadError; too
// much input is one, too.
func Read(r io.Reader) ([]Instance, error) {
	p := reader{}
	lines := bufio.NewScanner(io.LimitReader(r, MaxInput+1))
	lines.Buffer(nil, MaxInput+2)
	read := 0
	for lines.Scan() {
		p.line++
		if read += len(lines.Bytes()) + 1; read > MaxInput {
			return nil, p.fail("the input is longer than %d bytes", MaxInput)
		}
		if err := p.take(strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))); err != nil {
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("clash: read instances: %w", err)
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	if len(p.done) == 0 {
		return nil, p.fail("no instance: one begins with NumberOfMeetings = and a number")
	}
	return p.done, nil
}

// The parts of an instance.
const (
	inSettings = iota
	inAgents
	inDistances
)

// reader is the state between two lines.
type reader struct {
	line int
	done []Instance

	open     bool // within an instance
	begun    bool // with more than a heading
	part     int
	header   bool // the numbers over the table of distances have come
	in       Instance
	settings map[string]int
}

func (p *reader) fail(format string, args ...any) error {
	return &ReadError{Line: max(1, p.line), Text: fmt.Sprintf(format, args...)}
}

// The settings of an instance. The last three are not needed.
const (
	setMeetings = "NumberOfMeetings"
	setAgents   = "NumberOfAgents"
	setSlots    = "DomainSize"
	setPerAgent = "NumberOfMeetingPerAgent"
	setNearest  = "MinDisTimeBetweenMeetings"
	setFarthest = "MaxDisTimeBetweenMeetings"
)

var settingLimits = map[string]int{
	setMeetings: MaxMeetings, setAgents: MaxAgents, setSlots: MaxSlots,
	setPerAgent: MaxMeetings, setNearest: MaxDistance, setFarthest: MaxDistance,
}

// take reads one line, without space around it.
func (p *reader) take(line string) error {
	if name, ok := heading(line); ok {
		if err := p.finish(); err != nil {
			return err
		}
		return p.start(name)
	}
	key, value, isSetting := strings.Cut(line, "=")
	key = strings.TrimSpace(key)
	_, known := settingLimits[key]
	isSetting = isSetting && known
	if isSetting && (!p.open || p.part == inDistances && key == setMeetings) {
		if err := p.finish(); err != nil {
			return err
		}
		if err := p.start(""); err != nil {
			return err
		}
	}
	switch {
	case !p.open, line == "", strings.HasPrefix(line, "Estimated "):
		return nil
	case isSetting:
		return p.setting(key, strings.TrimSpace(value))
	case line == "Agents Meetings:":
		return p.enter(inAgents)
	case line == "Between Meetings Distance:":
		return p.enter(inDistances)
	case p.part == inAgents:
		return p.agent(line)
	case p.part == inDistances:
		return p.distances(line)
	}
	return p.fail("not understood: %s", excerpt(line))
}

// heading is the name in **Instance #1**, __Instance #1__, # Instance 1, or
// the same without marks.
func heading(line string) (string, bool) {
	name := strings.Trim(line, "*_#: ")
	number, ok := strings.CutPrefix(name, "Instance ")
	number = strings.Trim(number, "# ")
	return name, ok && number != "" && len(number) < 10 && strings.Trim(number, "0123456789") == ""
}

func (p *reader) start(name string) error {
	if len(p.done) >= MaxInstances {
		return p.fail("more than %d instances", MaxInstances)
	}
	p.open, p.begun, p.part, p.header = true, false, inSettings, false
	p.in, p.settings = Instance{Name: name}, map[string]int{}
	return nil
}

func (p *reader) setting(key, value string) error {
	p.begun = true
	if p.part != inSettings {
		return p.fail("%s stands after the settings", key)
	}
	if _, twice := p.settings[key]; twice {
		return p.fail("%s stands twice", key)
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return p.fail("%s is not a number: %s", key, excerpt(value))
	}
	least := 1
	if key == setNearest || key == setFarthest || key == setPerAgent {
		least = 0
	}
	if n < least || n > settingLimits[key] {
		return p.fail("%s is %d, and may be %d to %d", key, n, least, settingLimits[key])
	}
	p.settings[key] = n
	return nil
}

// enter begins a part, after the one before it is complete.
func (p *reader) enter(part int) error {
	p.begun = true
	if part != p.part+1 {
		return p.fail("this part is out of order: settings, agents' meetings, distances")
	}
	if part == inAgents {
		for _, key := range []string{setMeetings, setAgents, setSlots} {
			if _, ok := p.settings[key]; !ok {
				return p.fail("%s is missing", key)
			}
		}
		p.in.Meetings, p.in.Slots = p.settings[setMeetings], p.settings[setSlots]
	} else if len(p.in.Agents) < p.settings[setAgents] {
		return p.fail("%d of %d agents are missing", p.settings[setAgents]-len(p.in.Agents), p.settings[setAgents])
	}
	p.part = part
	return nil
}

// agent reads "Agents (0): 6 7 15".
func (p *reader) agent(line string) error {
	head, list, ok := strings.Cut(line, ":")
	number, found := strings.CutPrefix(head, "Agent")
	number = strings.Trim(strings.TrimPrefix(number, "s"), " ()")
	if !ok || !found {
		return p.fail("want an agent, such as Agents (0): 6 7 15, not %s", excerpt(line))
	}
	switch n := len(p.in.Agents); {
	case n == p.settings[setAgents]:
		return p.fail("more than %d agents", n)
	case number != strconv.Itoa(n):
		return p.fail("want agent %d, not %s", n, excerpt(number))
	}
	meetings, err := p.numbers(list, p.in.Meetings-1, "a meeting")
	if err != nil {
		return err
	}
	for i, m := range meetings {
		if slices.Contains(meetings[:i], m) {
			return p.fail("meeting %d stands twice", m)
		}
	}
	if want, said := p.settings[setPerAgent]; said && len(meetings) != want {
		return p.fail("%d meetings, where %s is %d", len(meetings), setPerAgent, want)
	}
	p.in.Agents = append(p.in.Agents, meetings)
	return nil
}

// distances reads "3: 1 1 0 2", after the numbers over the columns if they are
// there.
func (p *reader) distances(line string) error {
	head, list, ok := strings.Cut(line, ":")
	n := len(p.in.Distance)
	if !ok {
		if n > 0 || p.header {
			return p.fail("want the distances of meeting %d, such as %d: 1 0 2, not %s", n, n, excerpt(line))
		}
		p.header = true
		return p.columns(line)
	}
	switch {
	case n == p.in.Meetings:
		return p.fail("more than %d rows of distances", n)
	case strings.TrimSpace(head) != strconv.Itoa(n):
		return p.fail("want the distances of meeting %d, not of %s", n, excerpt(head))
	}
	row, err := p.numbers(list, MaxDistance, "a distance")
	switch {
	case err != nil:
		return err
	case len(row) != p.in.Meetings:
		return p.fail("%d distances for %d meetings", len(row), p.in.Meetings)
	case row[n] != 0:
		return p.fail("meeting %d is %d away from itself", n, row[n])
	}
	p.in.Distance = append(p.in.Distance, row)
	return nil
}

// columns checks the numbers over the table of distances.
func (p *reader) columns(line string) error {
	columns, err := p.numbers(line, p.in.Meetings-1, "a meeting")
	if err != nil {
		return err
	}
	for i, c := range columns {
		if c != i {
			return p.fail("column %d is headed %d", i, c)
		}
	}
	if len(columns) != p.in.Meetings {
		return p.fail("%d columns for %d meetings", len(columns), p.in.Meetings)
	}
	return nil
}

// numbers reads whole numbers from 0 to last.
func (p *reader) numbers(list string, last int, what string) ([]int, error) {
	fields := strings.Fields(list)
	numbers := make([]int, 0, len(fields))
	for _, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil || n < 0 || n > last {
			return nil, p.fail("%s is %s, and may be 0 to %d", what, excerpt(f), last)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// finish ends the instance that is open. A heading with nothing under it is
// one too many.
func (p *reader) finish() error {
	if !p.open {
		return nil
	}
	switch n := p.in.Meetings - len(p.in.Distance); {
	case !p.begun:
		return p.fail("nothing under %s", excerpt(p.in.Name))
	case p.part != inDistances:
		return p.fail("the instance ends before its distances")
	case n > 0:
		return p.fail("%d of %d rows of distances are missing", n, p.in.Meetings)
	}
	p.done = append(p.done, p.in)
	p.open = false
	return nil
}

// excerpt is s in quotes, shortened.
func excerpt(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
