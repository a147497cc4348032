package main

// Commands to messages, messages to text. It knows JSON and tags, no session.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/quickfixgo/quickfix"
)

const (
	tagMsgType  = quickfix.Tag(35)
	tagText     = quickfix.Tag(58)
	tagUsername = quickfix.Tag(553)
	tagPassword = quickfix.Tag(554)
)

// The fields of the standard header that an application may set (FIX 4.4 vol. 1, Standard Message Header).
var headerTags = map[quickfix.Tag]bool{
	34: true, 35: true, 43: true, 49: true, 50: true, 52: true, 56: true, 57: true, 90: true, 91: true, 97: true, 115: true,
	116: true, 122: true, 128: true, 129: true, 142: true, 143: true, 144: true, 145: true, 212: true, 213: true, 347: true,
	369: true,
}

var secrets = regexp.MustCompile("(^|\x01)(554|925)=[^\x01]*")

// shown is a message or log line without secrets, `|` for SOH.
func shown(raw string) string {
	return strings.ReplaceAll(secrets.ReplaceAllString(raw, "${1}${2}=***"), "\x01", "|")
}

// command is a line of standard input.
type command struct {
	Op     string  `json:"op"`
	Type   string  `json:"type"`
	Fields []field `json:"fields"`
	Groups []group `json:"groups"`
	N      int     `json:"n"`
}

// field is `[tag, value]`; "$now" is the current UTC time as FIX writes it.
type field struct {
	tag   quickfix.Tag
	value string
}

func (f *field) UnmarshalJSON(text []byte) error {
	var pair [2]json.RawMessage
	if err := json.Unmarshal(text, &pair); err != nil {
		return err
	}
	if err := json.Unmarshal(pair[0], &f.tag); err != nil {
		return err
	}
	var value interface{}
	decoder := json.NewDecoder(bytes.NewReader(pair[1]))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	switch value := value.(type) {
	case bool:
		f.value = map[bool]string{true: "Y", false: "N"}[value]
	case nil:
		return fmt.Errorf("field %d has no value", f.tag)
	default:
		f.value = fmt.Sprint(value)
	}
	if f.value == "$now" {
		f.value = time.Now().UTC().Format("20060102-15:04:05.000")
	}
	return nil
}

// group is {"count":146,"delim":55,"order":[55,48],"entries":[[[55,"ACME"]], …]}.
type group struct {
	Count   quickfix.Tag   `json:"count"`
	Order   []quickfix.Tag `json:"order"`
	Entries []entry        `json:"entries"`
}

// entry is a list of fields, or {"fields":[…],"groups":[…]}.
type entry struct {
	Fields []field
	Groups []group
}

func (e *entry) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return json.Unmarshal(text, &e.Fields)
	}
	var whole struct {
		Fields []field `json:"fields"`
		Groups []group `json:"groups"`
	}
	err := json.Unmarshal(text, &whole)
	e.Fields, e.Groups = whole.Fields, whole.Groups
	return err
}

// messageOf makes the message of {"op":"send","type":"D","fields":[[11,"x"],…],"groups":[…]}.
func messageOf(c command) (*quickfix.Message, error) {
	message := quickfix.NewMessage()
	if c.Type != "" {
		message.Header.SetString(tagMsgType, c.Type)
	}
	for _, f := range c.Fields {
		if headerTags[f.tag] {
			message.Header.SetString(f.tag, f.value)
		} else {
			message.Body.SetString(f.tag, f.value)
		}
	}
	if !message.Header.Has(tagMsgType) {
		return nil, fmt.Errorf("no message type: give \"type\" or tag 35")
	}
	for _, g := range c.Groups {
		message.Body.SetGroup(groupOf(g))
	}
	return message, nil
}

func groupOf(g group) *quickfix.RepeatingGroup {
	template := quickfix.GroupTemplate{}
	for _, tag := range g.Order {
		template = append(template, quickfix.GroupElement(tag))
	}
	repeating := quickfix.NewRepeatingGroup(g.Count, template)
	for _, e := range g.Entries {
		item := repeating.Add()
		for _, f := range e.Fields {
			item.SetString(f.tag, f.value)
		}
		for _, nested := range e.Groups {
			item.SetGroup(groupOf(nested))
		}
	}
	return repeating
}
