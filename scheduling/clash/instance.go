package clash

import (
	"fmt"
	"strconv"

	"parley/scheduling/civil"
)

// The limits of an Instance that Read accepts.
const (
	MaxMeetings  = 200
	MaxAgents    = 1000
	MaxSlots     = 500
	MaxDistance  = 1000 // time-slots between two meetings
	MaxInstances = 100
	MaxInput     = 4 << 20 // bytes
)

// An Instance is a meeting scheduling problem (CSPLib 046): every meeting takes
// one time-slot, and whoever attends two of them has to travel in between.
// Meetings, agents and time-slots count from 0.
type Instance struct {
	Name     string // "Instance #1"; may be empty
	Meetings int
	Slots    int
	Agents   [][]int // the meetings that each agent attends
	Distance [][]int // time-slots of travel from one meeting to another
}

// shared lists, for each meeting, the others that some agent of it attends.
func (in Instance) shared() [][]int {
	both := make([][]bool, in.Meetings)
	for i := range both {
		both[i] = make([]bool, in.Meetings)
	}
	for _, meetings := range in.Agents {
		for _, i := range meetings {
			for _, j := range meetings {
				both[i][j] = i != j
			}
		}
	}
	lists := make([][]int, in.Meetings)
	for i := range both {
		for j, yes := range both[i] {
			if yes {
				lists[i] = append(lists[i], j)
			}
		}
	}
	return lists
}

// table is the distances as a travel table in which each meeting is a city.
func (in Instance) table() Table {
	var legs []Leg
	for i := range in.Meetings {
		for j := range in.Meetings {
			if i != j {
				legs = append(legs, Leg{From: city(i), To: city(j), Days: in.Distance[i][j], OneWay: true})
			}
		}
	}
	return NewTable(legs)
}

func city(meeting int) string { return strconv.Itoa(meeting) }

// day stands for time-slot 0; which one it is does not matter.
var day = civil.Date{Year: 2000, Month: 1, Day: 1}

// stay is the meeting at a time-slot, as a stay of a day.
func stay(meeting, slot int) Stay {
	d := day.Add(slot)
	return Stay{City: city(meeting), First: d, Last: d}
}

// gap is how many time-slots after meeting i meeting j can begin at the
// earliest, as Between says it.
func (t Table) gap(i, j int) int {
	n := 0
	for t.Between(stay(i, 0), stay(j, n)) != Free {
		n++
	}
	return n
}

// Check is an error unless times, one a meeting, solve the instance. It follows
// the definition of the problem word by word and shares nothing with Solve:
// for two meetings of one agent, the time between them less the duration, which
// is 1, is at least the distance.
func (in Instance) Check(times []int) error {
	if len(times) != in.Meetings {
		return fmt.Errorf("clash: %d times for %d meetings", len(times), in.Meetings)
	}
	for i, t := range times {
		if t < 0 || t >= in.Slots {
			return fmt.Errorf("clash: meeting %d is at time %d, outside 0 to %d", i, t, in.Slots-1)
		}
	}
	for a, meetings := range in.Agents {
		for x, i := range meetings {
			for _, j := range meetings[x+1:] {
				first, second := i, j
				if times[j] < times[i] {
					first, second = j, i
				}
				if times[second]-times[first]-1 < in.Distance[first][second] {
					return fmt.Errorf("clash: agent %d cannot attend meeting %d at %d and meeting %d at %d, %d away",
						a, first, times[first], second, times[second], in.Distance[first][second])
				}
			}
		}
	}
	return nil
}
