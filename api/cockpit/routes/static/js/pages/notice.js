import { $, api, debounce, live, load, param, ready, replace } from "../lib.js";
import { write } from "./notices/writing.js";
import { follow } from "./notices/following.js";

const me = await ready();
const id = param("id");

if (!id) await write($("#head"), $("#notice"), null, me);
else {
  await show();
  live.on(["notices"], debounce((change) => (!change?.id || change.id === id ? $("#notice form") ?? show() : null), 700));
}

async function show() {
  await load($("#head"), async () => {
    const { body, version } = await api.tagged(`/v1/station/notices/${id}`);
    const seen = { item: body, version: version ?? body.version, reload: show };
    const mayEdit = body.state === "draft" && me.permissions.includes("notice.write");
    if (mayEdit) {
      const head = document.createElement("div");
      await write(head, replace($("#notice")), seen, me);
      return head;
    }
    return follow($("#notice"), seen, me);
  });
}
