import com.fasterxml.jackson.databind.ObjectMapper;
import gridloop.ApiClient;
import gridloop.ApiException;
import gridloop.api.IdentityApi;
import gridloop.api.IncidentsApi;
import gridloop.model.Answered;
import gridloop.model.CodeProof;
import gridloop.model.CodeRequest;
import gridloop.model.Feedback;
import gridloop.model.FeedbackOrder;
import gridloop.model.Me;
import gridloop.model.Move;
import gridloop.model.Place;
import gridloop.model.Task;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** A task from sign-in to feedback, through the generated Java client alone: {@code Round <address> <phone>}. */
public class Round {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        String address = arguments[0], phone = arguments[1];
        IdentityApi identity = new IdentityApi(clientOf(address, null));
        identity.identityRequestCode(new CodeRequest().phone(phone));
        OUT.println("code?");
        String code = new BufferedReader(new InputStreamReader(System.in)).readLine().trim();
        CodeProof proof = new CodeProof().phone(phone).code(code).deviceLabel("java");
        String token = identity.identityVerifyCode(proof).getAccessToken();

        ApiClient client = clientOf(address, token);
        Me me = new IdentityApi(client).identityShowMe();
        IncidentsApi incidents = new IncidentsApi(client);
        UUID offer = incidents.incidentsListOwn().getItems().get(0).getId();
        Answered accepted = incidents.incidentsAccept(offer);
        Task task = incidents.incidentsShowOwn(offer).getTask();
        Place here = new Place().lat(task.getPlace().getLat()).lon(task.getPlace().getLon())
            .datum(Place.DatumEnum.fromValue(task.getPlace().getDatum().getValue()));
        incidents.incidentsDepart(offer, new Move().occurredAt(OffsetDateTime.now()));
        incidents.incidentsArrive(offer, new Move().position(here));
        Answered done = incidents.incidentsFinish(offer, new Move());
        String key = UUID.randomUUID().toString();
        FeedbackOrder order = new FeedbackOrder().outcome(FeedbackOrder.OutcomeEnum.RESOLVED).text("已妥善处置");
        Feedback feedback = incidents.incidentsGiveFeedback(key, offer, order);
        Feedback again = incidents.incidentsGiveFeedback(key, offer, order);

        ObjectMapper mapper = ApiClient.createDefaultObjectMapper();
        String refused = "";
        try {
            incidents.incidentsAccept(UUID.randomUUID());
        } catch (ApiException error) {
            refused = mapper.readTree(error.getResponseBody()).get("code").asText();
        }
        // What a later server adds: a value and a field this client does not know.
        String fromLater = "{\"id\": \"" + offer + "\", \"state\": \"levitating\", \"reason\": null, \"height_m\": 3}";
        Answered later = mapper.readValue(fromLater, Answered.class);

        Map<String, Object> told = new LinkedHashMap<>();
        told.put("person", me.getName());
        told.put("offer", offer);
        told.put("accepted", accepted.getState());
        told.put("task", task.getDescription());
        told.put("done", done.getState());
        told.put("feedback", feedback.getId());
        told.put("again", again.getId());
        told.put("refused", refused);
        told.put("later", later.getState());
        OUT.println(mapper.writeValueAsString(told));
    }

    private static ApiClient clientOf(String address, String token) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(address);
        if (token != null) {
            client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        }
        return client;
    }
}
