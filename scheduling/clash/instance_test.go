package clash_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/scheduling/clash"
)

// write is the instance in the format that Read reads.
func write(in clash.Instance) string {
	var b strings.Builder
	if in.Name != "" {
		fmt.Fprintf(&b, "**%s**\n\n", in.Name)
	}
	fmt.Fprintf(&b, "NumberOfMeetings\t\t = %d  \nNumberOfAgents = %d\nDomainSize\t= %d  \n \nAgents Meetings:  \n", in.Meetings, len(in.Agents), in.Slots)
	numbers := func(list []int) string { return strings.Trim(fmt.Sprint(list), "[]") }
	for i, meetings := range in.Agents {
		fmt.Fprintf(&b, " Agents (%d): %s  \n", i, numbers(meetings))
	}
	b.WriteString("\nBetween Meetings Distance:  \n    ")
	for i := range in.Meetings {
		fmt.Fprintf(&b, " %d", i)
	}
	b.WriteByte('\n')
	for i, row := range in.Distance {
		fmt.Fprintf(&b, "%2d : %s   \n", i, numbers(row))
	}
	b.WriteString("\nEstimated P1=0.5 P2=0.25\n\n\n")
	return b.String()
}

// triangle is three meetings of which each two share an agent.
func triangle(slots int) clash.Instance {
	return clash.Instance{
		Meetings: 3, Slots: slots, Agents: [][]int{{0, 1}, {1, 2}, {0, 2}},
		Distance: [][]int{{0, 1, 2}, {1, 0, 1}, {2, 1, 0}},
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	one, two := triangle(5), triangle(4)
	one.Name, two.Name = "Instance #1", "Instance #2"
	bare := triangle(7)
	for name, tc := range map[string]struct {
		text string
		want []clash.Instance
	}{
		"bare":               {write(bare), []clash.Instance{bare}},
		"under headings":     {"Instances are described by:\n\n\tNumberOfMeetings   - Number of meetings\n\tBetween Meetings Distance  - Distance\n\n" + write(one) + write(two), []clash.Instance{one, two}},
		"other marks":        {strings.ReplaceAll(write(one), "**", "__") + "## Instance #2\n" + write(bare), []clash.Instance{one, {Name: "Instance #2", Meetings: 3, Slots: 7, Agents: bare.Agents, Distance: bare.Distance}}},
		"two without a name": {write(bare) + write(bare), []clash.Instance{bare, bare}},
		"line ends":          {"\ufeff" + strings.ReplaceAll(write(bare), "\n", "\r\n"), []clash.Instance{bare}},
		"no numbers above":   {strings.Replace(write(bare), "     0 1 2\n", "", 1), []clash.Instance{bare}},
		"more settings":      {"NumberOfMeetingPerAgent = 2\nMinDisTimeBetweenMeetings = 1\nMaxDisTimeBetweenMeetings = 2\n" + write(bare), []clash.Instance{bare}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := clash.Read(strings.NewReader(tc.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	good := write(triangle(5)) // the settings on lines 1 to 3, agents on 6 to 8, distances on 12 to 14
	upTo := func(end string) string {
		before, _, _ := strings.Cut(good, end)
		return before
	}
	edit := func(from, to string) string { return strings.Replace(good, from, to, 1) }
	for name, tc := range map[string]struct {
		text string
		line int
		want string
	}{
		"nothing":              {"", 1, "no instance"},
		"prose":                {"hello\nworld\n", 2, "no instance"},
		"unknown line":         {edit(" \nAgents", "hello\nAgents"), 4, `not understood: "hello"`},
		"no time-slots":        {edit("DomainSize\t= 5  ", ""), 5, "DomainSize is missing"},
		"no number":            {edit("DomainSize\t= 5", "DomainSize = five"), 3, `DomainSize is not a number: "five"`},
		"too many slots":       {edit("= 5  ", "= 501"), 3, "DomainSize is 501, and may be 1 to 500"},
		"setting twice":        {edit("NumberOfAgents = 3", "NumberOfMeetings = 3"), 2, "NumberOfMeetings stands twice"},
		"agent missing":        {edit(" Agents (2): 0 2  \n", ""), 9, "1 of 3 agents are missing"},
		"agent too many":       {edit(" Agents (2): 0 2  \n", " Agents (2): 0 2  \n Agents (3): 0 2\n"), 9, "more than 3 agents"},
		"agents out of order":  {edit("Agents (1)", "Agents (2)"), 7, `want agent 1, not "2"`},
		"meeting unknown":      {edit("(1): 1 2", "(1): 1 3"), 7, `a meeting is "3", and may be 0 to 2`},
		"meeting twice":        {edit("(1): 1 2", "(1): 1 1"), 7, "meeting 1 stands twice"},
		"meetings per agent":   {"NumberOfMeetingPerAgent = 3\n" + good, 7, "2 meetings, where NumberOfMeetingPerAgent is 3"},
		"distance missing":     {edit(" 1 : 1 0 1", " 1 : 1 0"), 13, "2 distances for 3 meetings"},
		"distance of letters":  {edit(" 1 : 1 0 1", " 1 : 1 0 x"), 13, `a distance is "x"`},
		"distance below zero":  {edit(" 1 : 1 0 1", " 1 : 1 0 -1"), 13, `a distance is "-1"`},
		"away from itself":     {edit(" 1 : 1 0 1", " 1 : 1 2 1"), 13, "meeting 1 is 2 away from itself"},
		"row missing":          {edit(" 1 : 1 0 1   \n", ""), 13, `not of "2 "`},
		"rows cut off":         {upTo(" 1 : 1 0 1"), 12, "2 of 3 rows of distances are missing"},
		"no distances":         {upTo("Between"), 9, "ends before its distances"},
		"heading alone":        {"**Instance #1**\n\n**Instance #2**\n" + good, 3, `nothing under "Instance #1"`},
		"columns out of order": {edit(" 0 1 2\n", " 0 2 1\n"), 11, "column 1 is headed 2"},
		"too long":             {good + strings.Repeat(strings.Repeat(" ", 1<<20)+"\n", 4), 22, "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := clash.Read(strings.NewReader(tc.text))
			wrong, ok := errors.AsType[*clash.ReadError](err)
			if !ok {
				t.Fatalf("error %v, want a ReadError", err)
			}
			if wrong.Line != tc.line || !strings.Contains(wrong.Text, tc.want) {
				t.Errorf("got %v, want line %d: … %s …", err, tc.line, tc.want)
			}
		})
	}
}

func TestSolve(t *testing.T) {
	t.Parallel()
	const many = 1_000_000
	for name, tc := range map[string]struct {
		in   clash.Instance
		want clash.Verdict
	}{
		"as long as the way":      {triangle(5), clash.Satisfiable},
		"a slot too short":        {triangle(4), clash.Unsatisfiable},
		"nobody in two meetings":  {clash.Instance{Meetings: 2, Slots: 1, Agents: [][]int{{0}, {1}, nil}, Distance: [][]int{{0, 9}, {9, 0}}}, clash.Satisfiable},
		"no distance, one slot":   {clash.Instance{Meetings: 2, Slots: 1, Agents: [][]int{{0, 1}}, Distance: [][]int{{0, 0}, {0, 0}}}, clash.Unsatisfiable},
		"no distance, two slots":  {clash.Instance{Meetings: 2, Slots: 2, Agents: [][]int{{0, 1}}, Distance: [][]int{{0, 0}, {0, 0}}}, clash.Satisfiable},
		"shorter one way round":   {clash.Instance{Meetings: 2, Slots: 2, Agents: [][]int{{0, 1}}, Distance: [][]int{{0, 5}, {0, 0}}}, clash.Satisfiable},
		"over a hundred slots":    {clash.Instance{Meetings: 2, Slots: 150, Agents: [][]int{{0, 1}}, Distance: [][]int{{0, 148}, {148, 0}}}, clash.Satisfiable},
		"one slot more than that": {clash.Instance{Meetings: 2, Slots: 150, Agents: [][]int{{0, 1}}, Distance: [][]int{{0, 149}, {149, 0}}}, clash.Unsatisfiable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			times, got := tc.in.Solve(many)
			if got != tc.want || (times != nil) != (got == clash.Satisfiable) {
				t.Fatalf("Solve = %v, %s; want %s", times, got, tc.want)
			}
			if got != clash.Satisfiable {
				return
			}
			if err := tc.in.Check(times); err != nil {
				t.Error(err)
			}
		})
	}
	if times, got := triangle(5).Solve(2); got != clash.Undecided || times != nil {
		t.Errorf("after two tries: %v, %s; want undecided", times, got)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	in := triangle(5)
	for name, times := range map[string][]int{
		"too few":            {0, 2},
		"before the first":   {-1, 2, 4},
		"after the last":     {1, 3, 5},
		"at the same time":   {0, 0, 4},
		"no time for travel": {0, 1, 4},
		"nor the other way":  {4, 1, 0},
	} {
		if err := in.Check(times); err == nil {
			t.Errorf("%s: %v is accepted", name, times)
		}
	}
	if err := in.Check([]int{0, 2, 4}); err != nil {
		t.Errorf("the solution is refused: %v", err)
	}
}

// instances draws small instances, with distances that may differ with the
// direction.
func instances(t *rapid.T) clash.Instance {
	in := clash.Instance{Meetings: rapid.IntRange(1, 5).Draw(t, "meetings"), Slots: rapid.IntRange(1, 6).Draw(t, "slots")}
	for range rapid.IntRange(1, 4).Draw(t, "agents") {
		in.Agents = append(in.Agents, rapid.SliceOfNDistinct(rapid.IntRange(0, in.Meetings-1), 0, min(3, in.Meetings), rapid.ID).Draw(t, "attends"))
	}
	for i := range in.Meetings {
		row := rapid.SliceOfN(rapid.IntRange(0, 3), in.Meetings, in.Meetings).Draw(t, "row")
		row[i] = 0
		in.Distance = append(in.Distance, row)
	}
	return in
}

// The search agrees with trying everything, and what it finds is accepted.
func TestSolveAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := instances(t)
		possible := false
		times := make([]int, in.Meetings)
		var try func(i int)
		try = func(i int) {
			if i == in.Meetings {
				possible = possible || in.Check(times) == nil
				return
			}
			for times[i] = 0; times[i] < in.Slots && !possible; times[i]++ {
				try(i + 1)
			}
		}
		try(0)
		found, verdict := in.Solve(1 << 20)
		if want := map[bool]clash.Verdict{true: clash.Satisfiable, false: clash.Unsatisfiable}[possible]; verdict != want {
			t.Fatalf("Solve says %s, trying everything says %s: %+v", verdict, want, in)
		}
		if verdict == clash.Satisfiable {
			if err := in.Check(found); err != nil {
				t.Fatalf("%v of %+v: %v", found, in, err)
			}
		}
	})
}

func TestReadReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := instances(t)
		for i, meetings := range in.Agents {
			if len(meetings) == 0 {
				in.Agents[i] = []int{} // as Read gives it
			}
		}
		got, err := clash.Read(strings.NewReader(write(in)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]clash.Instance{in}, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// FuzzRead: whatever comes, Read gives instances that can be worked with, or a
// ReadError.
func FuzzRead(f *testing.F) {
	named := triangle(5)
	named.Name = "Instance #1"
	f.Add(write(triangle(4)))
	f.Add("Instances are described by:\n" + write(named) + write(named))
	f.Add("NumberOfMeetings = 1\nNumberOfAgents = 1\nDomainSize = 1\nAgents Meetings:\nAgents (0):\nBetween Meetings Distance:\n0: 0")
	f.Fuzz(func(t *testing.T, text string) {
		instances, err := clash.Read(strings.NewReader(text))
		if err != nil {
			if _, ok := errors.AsType[*clash.ReadError](err); !ok {
				t.Fatalf("error %v, want a ReadError", err)
			}
			return
		}
		for _, in := range instances {
			times, verdict := in.Solve(50)
			if verdict != clash.Satisfiable {
				continue
			}
			if err := in.Check(times); err != nil {
				t.Fatalf("%v: %v", times, err)
			}
		}
	})
}
