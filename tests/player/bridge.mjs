// The host page of test_bridge.py: it judges the player by the reference implementation of a host.
import {AppBridge, PostMessageTransport} from "@modelcontextprotocol/ext-apps/app-bridge";

window.sizes = [];
window.failures = [];
window.asked = [];
const settings = await (await fetch("/settings")).json();
const page = await (await fetch("/player")).text();
const frame = document.createElement("iframe");
frame.sandbox = "allow-scripts";
document.body.append(frame);

async function forward(method, params) {
  window.asked.push(method);
  const {result, error} = await (await fetch("/forward", {method: "POST", body: JSON.stringify({method, params})})).json();
  if (error) throw new Error(error.message);
  return result;
}
const bridge = new AppBridge(null, {name: "reference", version: "1"}, settings.capabilities, {hostContext: settings.context});
bridge.onerror = error => window.failures.push(String(error));
bridge.oncalltool = params => forward("tools/call", params);
bridge.onreadresource = params => forward("resources/read", params);
bridge.onupdatemodelcontext = async params => { window.context = params; return {}; };
bridge.onsizechange = ({width, height}) => {
  window.sizes.push([width, height]);
  frame.style.height = `${height}px`;
};
bridge.oninitialized = async () => {
  await bridge.sendToolInput({arguments: settings.call.arguments});
  await bridge.sendToolResult(settings.result);
};
window.theme = theme => bridge.setHostContext({...settings.context, theme});
window.close = async () => { await bridge.teardownResource({}); return true; };
await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
frame.srcdoc = page;
