const token = new URLSearchParams(location.search).get("token") ?? ""
const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }
const [state, list, count, readAll] = ["state", "list", "count", "read-all"].map((id) => document.getElementById(id))
const template = document.getElementById("card").content.firstElementChild
let feed = ""

const time = (text) => new Date(text).toLocaleTimeString()

function setRead(card, readAt) {
  const when = card.querySelector(".read")
  when.dateTime = readAt ?? ""
  when.textContent = readAt ? `read ${time(readAt)}` : ""
  card.classList.toggle("unread", !readAt)
  card.querySelector("button").hidden = Boolean(readAt)
}

function refresh() {
  const unread = list.querySelectorAll(".unread").length
  count.textContent = unread
  readAll.hidden = unread === 0
  document.title = unread > 0 ? `(${unread}) Notifications` : "Notifications"
}

function show({ id, title, message, created_at }, readAt) {
  if ([...list.children].some((card) => card.dataset.id === id)) return
  const card = template.cloneNode(true)
  card.dataset.id = id
  card.querySelector("h2").textContent = title
  card.querySelector(".message").textContent = message
  card.querySelector(".created").textContent = time(created_at)
  card.querySelector("button").onclick = () => markRead({ ids: [id] })
  setRead(card, readAt)
  list.prepend(card)
  refresh()
}

async function markRead(what) {
  // Every tab hears of it by its stream, this one too.
  const answer = await fetch(`/v1/feeds/${feed}/read`, { method: "POST", headers, body: JSON.stringify(what) })
  if (!answer.ok) state.textContent = (await answer.json()).detail
}

function follow() {
  const stream = new EventSource(`/sse/notifications?token=${encodeURIComponent(token)}`)
  stream.onmessage = ({ data }) => show(JSON.parse(data))
  stream.onerror = () => { state.textContent = stream.readyState === EventSource.CLOSED ? "not admitted" : "not connected" }
  stream.addEventListener("welcome", ({ data }) => { [feed] = JSON.parse(data).feeds })
  stream.addEventListener("live", () => { state.textContent = "connected" })
  stream.addEventListener("auth-expired", () => {
    stream.close()
    state.textContent = "the token has expired: open this page anew"
  })
  stream.addEventListener("read", ({ data }) => {
    const { ids, through, all, read_at } = JSON.parse(data)
    const cards = [...list.children]
    const last = cards.findIndex((card) => card.dataset.id === through)
    cards.forEach((card, index) => {
      if (all || ids?.includes(card.dataset.id) || (last >= 0 && index >= last)) setRead(card, read_at)
    })
    refresh()
  })
  // After a gap that cannot be closed: everything afresh.
  stream.addEventListener("resync", ({ data }) => {
    list.replaceChildren()
    refresh()
    for (const { items } of Object.values(JSON.parse(data).feeds)) {
      for (const { body, read_at } of items) show(body, read_at)
    }
  })
}

readAll.onclick = () => markRead({ all: true })

// What was read before; the stream begins with what is unread.
const history = await fetch("/notifications?limit=100", { headers })
if (history.ok) {
  for (const { body, read_at } of (await history.json()).items.reverse()) show(body, read_at)
  follow()
} else {
  state.textContent = "not admitted: this address has no good token"
}
