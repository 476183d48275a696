const query = new URLSearchParams(location.search)
const [ticket, token] = [query.get("ticket_id") ?? "7", query.get("token") ?? ""]
const [state, present, messages, typing, form] = ["state", "present", "messages", "typing", "send"].map(
  (id) => document.getElementById(id))
document.getElementById("ticket").textContent = ticket

const post = (path, members) => fetch(path, {
  method: "POST",
  headers: { Authorization: `Bearer ${token}` },
  body: new URLSearchParams({ ticket_id: ticket, ...members }),
})

function show({ sender_id, message }) {
  const line = document.createElement("li")
  const sender = document.createElement("b")
  sender.textContent = sender_id
  line.append(sender, ` ${message}`)
  messages.append(line)
  line.scrollIntoView({ block: "nearest" })
  setTyping(sender_id, false)
}

// The browser comes back by itself after a cut, with the last id, and gets what it missed.
const stream = new EventSource(`/chat/stream?${new URLSearchParams({ ticket_id: ticket, token })}`)
stream.onmessage = ({ data }) => show(JSON.parse(data))
stream.onerror = () => {
  state.textContent = stream.readyState === EventSource.CLOSED ? "not admitted" : "not connected"
}
stream.addEventListener("live", () => { state.textContent = "connected" })
// After a gap that cannot be closed: everything afresh.
stream.addEventListener("resync", ({ data }) => {
  messages.replaceChildren()
  for (const { items } of Object.values(JSON.parse(data).feeds)) items.forEach(({ body }) => show(body))
})

// Whoever comes is told of all that are there.
const here = new Set()
const showHere = () => { present.textContent = [...here].sort().join(", ") }
stream.addEventListener("welcome", () => here.clear())
stream.addEventListener("presence.joined", ({ data }) => {
  here.add(JSON.parse(data).identity)
  showHere()
})
stream.addEventListener("presence.left", ({ data }) => {
  const { identity } = JSON.parse(data)
  here.delete(identity)
  setTyping(identity, false)
  showHere()
})

const typists = new Map()
function setTyping(name, isTyping) {
  clearTimeout(typists.get(name))
  typists.delete(name)
  if (isTyping) typists.set(name, setTimeout(() => setTyping(name, false), 4000))
  const names = [...typists.keys()].sort()
  typing.textContent = names.length > 0 ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing` : ""
}
stream.addEventListener("typing", ({ data }) => setTyping(JSON.parse(data).sender_id, true))

let saidTyping = 0
form.addEventListener("input", () => {
  if (Date.now() - saidTyping < 2000) return
  saidTyping = Date.now()
  post("/chat/typing")
})
form.addEventListener("submit", async (event) => {
  event.preventDefault()
  const answer = await post("/chat/send", { message: form.elements.message.value })
  if (answer.ok) form.reset()
  else state.textContent = (await answer.json()).error
})
