import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.regex.Pattern;
import org.json.JSONArray;
import org.json.JSONObject;
import quickfix.FieldMap;
import quickfix.Group;
import quickfix.Message;

/** JSON to messages, messages to text. It knows no session. */
final class Commands {
    static final int TAG_MSG_TYPE = 35;
    /** The fields of the standard header that an application may set (FIX 4.4 vol. 1, Standard Message Header). */
    private static final Set<Integer> HEADER_TAGS = Set.of(
            34, 35, 43, 49, 50, 52, 56, 57, 90, 91, 97, 115, 116, 122, 128, 129, 142, 143, 144, 145, 212, 213, 347, 369);
    private static final Pattern SECRETS = Pattern.compile("(^|\u0001)(554|925)=[^\u0001]*");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private Commands() {}

    /** A message or log line without secrets, `|` for SOH. */
    static String shown(String raw) {
        return SECRETS.matcher(raw).replaceAll("$1$2=***").replace('\u0001', '|');
    }

    /** `{"op":"send","type":"D","fields":[[11,"x"],…],"groups":[…]}` */
    static Message message(JSONObject command) {
        Message message = new Message();
        if (command.has("type")) {
            message.getHeader().setString(TAG_MSG_TYPE, command.getString("type"));
        }
        for (Object field : command.optJSONArray("fields", new JSONArray())) {
            JSONArray pair = (JSONArray) field;
            FieldMap part = HEADER_TAGS.contains(pair.getInt(0)) ? message.getHeader() : message;
            part.setString(pair.getInt(0), value(pair.get(1)));
        }
        if (!message.getHeader().isSetField(TAG_MSG_TYPE)) {
            throw new IllegalArgumentException("no message type: give \"type\" or tag 35");
        }
        addGroups(message, command.optJSONArray("groups", new JSONArray()));
        return message;
    }

    /** "$now" is the current UTC time as FIX writes it. */
    private static String value(Object value) {
        if (value instanceof Boolean) {
            return (Boolean) value ? "Y" : "N";
        }
        return "$now".equals(value) ? TIME.format(Instant.now()) : value.toString();
    }

    /** `{"count":146,"delim":55,"order":[55,48],"entries":[[[55,"ACME"]], …]}`; an entry may be an object as in fix_client.py. */
    private static void addGroups(FieldMap target, JSONArray groups) {
        for (Object each : groups) {
            JSONObject group = (JSONObject) each;
            JSONArray tags = group.getJSONArray("order");
            int[] order = new int[tags.length() + 1];
            for (int at = 0; at < tags.length(); at++) {
                order[at] = tags.getInt(at);
            }
            for (Object entry : group.getJSONArray("entries")) {
                JSONObject whole = entry instanceof JSONObject ? (JSONObject) entry : new JSONObject().put("fields", entry);
                Group item = new Group(group.getInt("count"), group.getInt("delim"), order);
                for (Object field : whole.getJSONArray("fields")) {
                    JSONArray pair = (JSONArray) field;
                    item.setString(pair.getInt(0), value(pair.get(1)));
                }
                addGroups(item, whole.optJSONArray("groups", new JSONArray()));
                target.addGroup(item);
            }
        }
    }
}
