package live2vod.peer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A callback body, or an element of its StreamInfos: the fields that the benchmark's event types have, as text whatever
 * type the cloud gave them. Read from Jackson's token stream, its fastest way; no tree is built.
 */
final class Body {
  private static final JsonFactory JSON = new JsonFactory();

  String eventType;
  String videoId;
  String eventTime;
  String status;
  String domainName;
  String appName;
  String streamName;
  String recordStartTime;
  String recordEndTime;
  String fileUrl;
  String jobId;
  String definition;
  String format;
  String bitrate;
  String fps;
  String width;
  String height;
  String duration;
  String size;
  String encrypt;
  String startTime;
  String finishTime;
  String errorCode;
  String errorMessage;
  List<Body> streamInfos = List.of();

  static Body parse(byte[] bytes) throws IOException {
    try (JsonParser json = JSON.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) throw new IOException("not a JSON object");
      return read(json);
    }
  }

  private static Body read(JsonParser json) throws IOException {
    Body body = new Body();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (token == JsonToken.START_ARRAY && name.equals("StreamInfos")) {
        body.streamInfos = new ArrayList<>(4);
        while (json.nextToken() == JsonToken.START_OBJECT) body.streamInfos.add(read(json));
      } else if (token.isStructStart()) {
        json.skipChildren();
      } else if (token != JsonToken.VALUE_NULL) {
        String text = json.getText().trim();
        if (!text.isEmpty()) body.set(name, text);
      }
    }
    return body;
  }

  private void set(String name, String text) {
    switch (name) {
      case "EventType" -> eventType = text;
      case "VideoId" -> videoId = text;
      case "EventTime" -> eventTime = text;
      case "Status" -> status = text;
      case "DomainName" -> domainName = text;
      case "AppName" -> appName = text;
      case "StreamName" -> streamName = text;
      case "RecordStartTime" -> recordStartTime = text;
      case "RecordEndTime" -> recordEndTime = text;
      case "FileUrl", "FileURL" -> fileUrl = text;
      case "JobId" -> jobId = text;
      case "Definition" -> definition = text;
      case "Format" -> format = text;
      case "Bitrate" -> bitrate = text;
      case "Fps" -> fps = text;
      case "Width" -> width = text;
      case "Height" -> height = text;
      case "Duration" -> duration = text;
      case "Size" -> size = text;
      case "Encrypt" -> encrypt = text;
      case "StartTime" -> startTime = text;
      case "FinishTime" -> finishTime = text;
      case "ErrorCode" -> errorCode = text;
      case "ErrorMessage" -> errorMessage = text;
      default -> {}
    }
  }
}
