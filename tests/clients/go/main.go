// A FIX 4.4 client for the tests: the quickfixgo engine, driven by lines of JSON. Arguments, commands and events are those of
// ../fix_client.py, but for what quickfixgo has no call for: "disconnect" and --tls-version.
//
// In: command-line arguments and one JSON object a line on standard input. Out: one JSON object a line on standard output.
// It knows nothing of the venue: every message it takes or sends is quickfixgo's own, checked against the given dictionary.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/quickfixgo/quickfix"
	"github.com/quickfixgo/quickfix/store/file"
)

const (
	commandBytesMax = 1 << 20
	exitFatal       = 2
)

// events writes the JSON lines.
type events struct {
	lock sync.Mutex
}

func (e *events) tell(event string, more map[string]interface{}) {
	line := map[string]interface{}{"event": event}
	for key, value := range more {
		line[key] = value
	}
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	e.lock.Lock()
	defer e.lock.Unlock()
	if _, err := os.Stdout.Write(append(text, '\n')); err != nil {
		os.Exit(3)
	}
}

func (e *events) message(event, raw string) {
	e.tell(event, map[string]interface{}{"msg": shown(raw)})
}

// eventLog hands quickfixgo's log to the events. It is its own factory: one log for everything.
type eventLog struct {
	events *events
	raw    bool
}

func (l eventLog) Create() (quickfix.Log, error)                             { return l, nil }
func (l eventLog) CreateSessionLog(quickfix.SessionID) (quickfix.Log, error) { return l, nil }

func (l eventLog) OnIncoming(text []byte) {
	if l.raw {
		l.events.message("received", string(text))
	}
}

func (l eventLog) OnOutgoing(text []byte) {
	l.events.message("sent", string(text))
	if raw := string(text); strings.Contains(raw, "\x0135=3\x01") || strings.Contains(raw, "\x0135=j\x01") {
		l.events.message("client_reject", raw)
	}
}

func (l eventLog) OnEvent(text string) {
	l.events.tell("log", map[string]interface{}{"text": shown(text)})
}

func (l eventLog) OnEventf(format string, values ...interface{}) {
	l.OnEvent(fmt.Sprintf(format, values...))
}

// client is what quickfixgo calls. It answers nothing by itself: the test decides.
type client struct {
	events             *events
	username, password string
	lock               sync.Mutex
	// Why the peer ended the session: known just before OnLogout.
	lastText interface{}
	loggedOn bool
}

func (c *client) OnCreate(quickfix.SessionID) {}

func (c *client) OnLogon(quickfix.SessionID) {
	c.turn(true)
	c.events.tell("logon", nil)
}

func (c *client) OnLogout(quickfix.SessionID) {
	c.events.tell("logout", map[string]interface{}{"text": c.turn(false)})
}

// turn notes whether the session is logged on, and gives why it ended.
func (c *client) turn(loggedOn bool) interface{} {
	c.lock.Lock()
	defer c.lock.Unlock()
	text := c.lastText
	c.lastText, c.loggedOn = nil, loggedOn
	return text
}

func (c *client) isLoggedOn() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.loggedOn
}

func (c *client) ToAdmin(message *quickfix.Message, _ quickfix.SessionID) {
	if message.IsMsgTypeOf("A") {
		if c.username != "" {
			message.Body.SetString(tagUsername, c.username)
		}
		if c.password != "" {
			message.Body.SetString(tagPassword, c.password)
		}
	}
}

func (c *client) FromAdmin(message *quickfix.Message, _ quickfix.SessionID) quickfix.MessageRejectError {
	isReject := message.IsMsgTypeOf("3")
	if text, err := message.Body.GetString(tagText); err == nil {
		c.lock.Lock()
		if message.IsMsgTypeOf("5") || (isReject && !c.loggedOn) {
			c.lastText = text
		}
		c.lock.Unlock()
	}
	c.events.message("admin", message.String())
	if isReject {
		c.events.message("session_reject", message.String())
	}
	return nil
}

func (c *client) ToApp(*quickfix.Message, quickfix.SessionID) error { return nil }

func (c *client) FromApp(message *quickfix.Message, _ quickfix.SessionID) quickfix.MessageRejectError {
	c.events.message("app", message.String())
	return nil
}

// arguments of the command line.
type arguments struct {
	host, sender, target, username, password, dictionary, store, ca, cert, key string
	port, heartbeat                                                            int
	reset, hold, raw, tls                                                      bool
}

func read() (a arguments) {
	flag.StringVar(&a.host, "host", "127.0.0.1", "the venue's host")
	flag.IntVar(&a.port, "port", 0, "the venue's port")
	flag.StringVar(&a.sender, "sender", "", "SenderCompID (49)")
	flag.StringVar(&a.target, "target", "", "TargetCompID (56)")
	flag.StringVar(&a.username, "username", "", "553 on Logon")
	flag.StringVar(&a.password, "password", "", "554 on Logon")
	flag.StringVar(&a.dictionary, "dictionary", "", "FIX44.xml; without it nothing is checked against a dictionary")
	flag.StringVar(&a.store, "store", "", "folder of the message store")
	flag.IntVar(&a.heartbeat, "heartbeat", 30, "seconds")
	flag.BoolVar(&a.reset, "reset", false, "numbers start at 1 on every logon (141=Y)")
	flag.BoolVar(&a.hold, "hold", false, `connect only after {"op":"start"}`)
	flag.BoolVar(&a.raw, "raw", false, "tell incoming bytes before any check")
	flag.BoolVar(&a.tls, "tls", false, "TLS, with the server's certificate and host name checked")
	flag.StringVar(&a.ca, "ca", "", "PEM of the CA that signed the peer's certificate")
	flag.StringVar(&a.cert, "cert", "", "PEM of our own certificate")
	flag.StringVar(&a.key, "key", "", "PEM of our own key")
	flag.Parse()
	return a
}

// settings for one session that is always open.
func (a arguments) settings() (*quickfix.Settings, quickfix.SessionID, error) {
	lines := []string{
		"[DEFAULT]", "ConnectionType=initiator", "SocketConnectHost=" + a.host, "SocketConnectPort=" + strconv.Itoa(a.port),
		"HeartBtInt=" + strconv.Itoa(a.heartbeat), "ReconnectInterval=1", "LogonTimeout=10", "LogoutTimeout=3",
		"FileStorePath=" + a.store, "ResetOnLogon=" + map[bool]string{true: "Y", false: "N"}[a.reset],
		"TimeStampPrecision=MILLIS",
	}
	if a.dictionary != "" {
		lines = append(lines, "DataDictionary="+a.dictionary, "ValidateFieldsOutOfOrder=Y", "RejectInvalidMessage=Y")
	}
	if a.tls {
		lines = append(lines, "SocketUseSSL=Y", "SocketMinimumTLSVersion=TLS12")
		if a.ca == "" {
			lines = append(lines, "SocketInsecureSkipVerify=Y")
		} else {
			lines = append(lines, "SocketCAFile="+a.ca)
		}
		if a.cert != "" {
			lines = append(lines, "SocketCertificateFile="+a.cert, "SocketPrivateKeyFile="+a.key)
		}
	}
	lines = append(lines, "[SESSION]", "BeginString=FIX.4.4", "SenderCompID="+a.sender, "TargetCompID="+a.target, "")
	settings, err := quickfix.ParseSettings(strings.NewReader(strings.Join(lines, "\n")))
	id := quickfix.SessionID{BeginString: "FIX.4.4", SenderCompID: a.sender, TargetCompID: a.target}
	return settings, id, err
}

// console carries out the commands of standard input, one after the other.
type console struct {
	events    *events
	client    *client
	arguments arguments
	id        quickfix.SessionID
	initiator *quickfix.Initiator
	started   bool
}

// open makes the session, not yet connected. quickfixgo's initiator cannot be started twice, so each login has its own; the
// numbers are in the store.
func (c *console) open() error {
	settings, id, err := c.arguments.settings()
	if err != nil {
		return err
	}
	c.id = id
	c.started = false
	log := eventLog{c.events, c.arguments.raw}
	c.initiator, err = quickfix.NewInitiator(c.client, file.NewStoreFactory(settings), settings, log)
	return err
}

func (c *console) start() error {
	if c.started {
		return nil
	}
	c.started = true
	return c.initiator.Start()
}

// stop logs out and waits for it.
func (c *console) stop() {
	if c.started {
		c.initiator.Stop()
	} else {
		// Nothing to stop: only the registered session must go.
		_ = quickfix.UnregisterSession(c.id)
	}
	c.started = false
}

func (c *console) done(op string, more map[string]interface{}) {
	line := map[string]interface{}{"op": op}
	for key, value := range more {
		line[key] = value
	}
	c.events.tell("done", line)
}

// numbers tells both next sequence numbers.
func (c *console) numbers(op string) error {
	sender, err := quickfix.GetExpectedSenderNum(c.id)
	if err != nil {
		return err
	}
	target, err := quickfix.GetExpectedTargetNum(c.id)
	if err != nil {
		return err
	}
	c.done(op, map[string]interface{}{"next_sender": sender, "next_target": target})
	return nil
}

func (c *console) send(command command) error {
	message, err := messageOf(command)
	if err != nil {
		return err
	}
	now := c.client.isLoggedOn()
	if err := quickfix.SendToTarget(message, c.id); err != nil {
		return err
	}
	sender, err := quickfix.GetExpectedSenderNum(c.id)
	c.done("send", map[string]interface{}{"now": now, "next_sender": sender})
	return err
}

func (c *console) carryOut(command command) error {
	switch command.Op {
	case "send":
		return c.send(command)
	case "start", "login":
		err := c.start()
		c.done(command.Op, nil)
		return err
	case "logout":
		c.stop()
		c.done("logout", nil)
		return c.open()
	case "next_sender":
		if err := quickfix.SetNextSenderMsgSeqNum(c.id, command.N); err != nil {
			return err
		}
		return c.numbers("next_sender")
	case "next_target":
		if err := quickfix.SetNextTargetMsgSeqNum(c.id, command.N); err != nil {
			return err
		}
		return c.numbers("next_target")
	case "numbers":
		return c.numbers("numbers")
	default:
		return fmt.Errorf("unknown op; known: login, logout, next_sender, next_target, numbers, send, start, quit")
	}
}

func (c *console) run() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, commandBytesMax)
	for lines.Scan() {
		var command command
		err := json.Unmarshal(lines.Bytes(), &command)
		if err == nil && command.Op == "quit" {
			return
		}
		if err == nil {
			err = c.carryOut(command)
		}
		if err != nil {
			c.events.tell("error", map[string]interface{}{"op": command.Op, "text": shown(err.Error())})
		}
	}
}

func main() {
	arguments := read()
	events := &events{}
	client := &client{events: events, username: arguments.username, password: arguments.password}
	console := &console{events: events, client: client, arguments: arguments}
	err := os.MkdirAll(arguments.store, 0o700)
	if err == nil {
		err = console.open()
	}
	if err == nil && !arguments.hold {
		err = console.start()
	}
	if err != nil {
		events.tell("fatal", map[string]interface{}{"text": shown(err.Error())})
		os.Exit(exitFatal)
	}
	events.tell("ready", nil)
	console.run()
	console.stop()
}
