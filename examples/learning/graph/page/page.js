// The query page: it sends what the editor has, and shows the data, the errors and the cost of the response.

// Each example is a query and its variables, made of the ids of the first course and of a student in it.
const examples = {
  "Everything (exploreDb)": [`query exploreDb {
  getTracks {
    id
    name
    courses {
      id
      name
      chapters { id content }
      enrollments {
        id
        progress { xp marker }
        student {
          id
          firstName
          lastName
          email
          preferences { track { id name } }
        }
      }
    }
  }
}`],
  "The tracks alone": ["{ getTracks { id name courseCount } }"],
  "A course with its chapters": [`query course($id: String!) {
  getCourse(id: $id) {
    name
    track { name }
    chapters { id version content }
  }
}`, ({ course }) => ({ id: course })],
  "A page of enrollments": [`query page($course: String!, $after: String) {
  getCourseEnrollments(courseId: $course, first: 3, after: $after) {
    items { id date student { firstName lastName } }
    next
  }
}`, ({ course }) => ({ course, after: null })],
  "A student and their progress": [`query student($student: String!) {
  getStudent(id: $student) {
    firstName
    xp
    preferences { track { name } }
    enrollments { course { name } progress { chapterId xp marker } }
  }
}`, ({ student }) => ({ student })],
  "A new track": [`mutation track($name: String!) {
  addTrack(TrackInput: { name: $name }) { id name }
}`, () => ({ name: "Quiet Joinery" })],
};

const $ = (id) => document.getElementById(id);
let running = null; // the controller of the request under way

// element makes an element with text or children. Text is never markup.
function element(name, ...children) {
  const e = document.createElement(name);
  e.append(...children);
  return e;
}

async function post(body, signal) {
  const response = await fetch("graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" }, // a wrong query is no failure to load
    body: JSON.stringify(body),
    signal,
  });
  return response.json();
}

async function run() {
  if (running) return running.abort();
  let variables;
  try {
    variables = JSON.parse($("variables").value.trim() || "{}");
  } catch (e) {
    show({ errors: [{ message: `The variables are no JSON: ${e.message}`, extensions: { code: "BAD_INPUT" } }] }, "Not sent.");
    return $("variables").focus();
  }
  const mine = (running = new AbortController());
  $("run").textContent = "Stop";
  $("state").textContent = "Running.";
  const begin = performance.now();
  try {
    const response = await post({ query: $("query").value, variables }, mine.signal);
    show(response, summary(response, performance.now() - begin));
  } catch (e) {
    if (mine.signal.aborted) show({}, "Stopped.");
    else show({ errors: [{ message: "The service cannot be reached, or its response cannot be read. Is it running?" }] }, "Failed.");
  }
  running = null;
  $("run").textContent = "Run";
}

const units = (n) => n.toLocaleString("en", { maximumFractionDigits: 1 });
const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

function summary({ data, errors = [], extensions }, ms) {
  const cost = extensions?.cost;
  const parts = [];
  if (errors.length) parts.push(count(errors.length, "error"));
  if (cost) {
    parts.push(count(cost.requests, "request"), `${units(cost.readUnits)} RCU`);
    if (cost.writeUnits) parts.push(`${units(cost.writeUnits)} WCU`);
  }
  parts.push(`${Math.round(ms)} ms`);
  return parts.join(", ") + (data === undefined ? ": not run." : ".");
}

function show({ data, errors = [], extensions }, state) {
  $("state").textContent = state;
  $("errors").hidden = errors.length === 0;
  $("errors").replaceChildren(...errors.slice(0, 50).map(errorItem));
  $("data").textContent = data === undefined ? "" : JSON.stringify(data, null, 2);
  const cost = extensions?.cost;
  $("cost").hidden = !cost;
  if (!cost) return;
  const cells = (c) => [element("td", units(c.readUnits)), element("td", units(c.writeUnits))];
  $("cost").tBodies[0].replaceChildren(...cost.indexes.map((ix) => {
    const name = element("th", ix.name);
    name.scope = "row";
    return element("tr", name, ...cells(ix));
  }));
  $("cost").tFoot.rows[0].replaceChildren($("cost").tFoot.rows[0].cells[0], ...cells(cost));
}

function errorItem(e) {
  const where = e.path ? ` (at ${e.path.join(".")})` : e.locations ? ` (line ${e.locations[0].line})` : "";
  return element("li", element("code", e.extensions?.code ?? "ERROR"), `: ${e.message}${where}`);
}

// The schema, as the service describes itself.

const ofType = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
const introspection = `{ __schema { types { kind name description
  fields { name description args { name type { ${ofType} } defaultValue } type { ${ofType} } }
  inputFields { name type { ${ofType} } defaultValue } } } }`;

async function loadSchema() {
  try {
    const { data } = await post({ query: introspection });
    const types = data.__schema.types.filter((t) => (t.kind === "OBJECT" || t.kind === "INPUT_OBJECT") && !t.name.startsWith("__"));
    const order = (t) => ["Query", "Mutation"].indexOf(t.name) >= 0 ? ["Query", "Mutation"].indexOf(t.name) : t.kind === "OBJECT" ? 2 : 3;
    types.sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
    $("types").replaceChildren(...types.map(typeDetails));
    $("type-Query").open = matchMedia("(min-width: 801px)").matches;
  } catch {
    $("types").replaceChildren(element("p", "The schema cannot be loaded. Is the service running?"));
  }
}

function typeDetails(type) {
  const details = element("details", element("summary", type.name));
  details.id = `type-${type.name}`;
  if (type.description) details.append(element("p", type.description));
  details.append(element("ul", ...(type.fields ?? type.inputFields).map((f) => {
    const args = f.args?.length ? `(${f.args.map((a) => `${a.name}: ${typeText(a.type)}${a.defaultValue ? ` = ${a.defaultValue}` : ""}`).join(", ")})` : "";
    const item = element("li", `${f.name}${args}: `, typeLink(f.type));
    if (f.description) item.append(element("p", f.description));
    return item;
  })));
  return details;
}

function typeText(t) {
  if (t.kind === "NON_NULL") return `${typeText(t.ofType)}!`;
  return t.kind === "LIST" ? `[${typeText(t.ofType)}]` : t.name;
}

// typeLink is the type's text; a button that opens the type, unless it is a scalar.
function typeLink(t) {
  let named = t;
  while (named.ofType) named = named.ofType;
  if (named.kind === "SCALAR") return typeText(t);
  const button = element("button", typeText(t));
  button.type = "button";
  button.addEventListener("click", () => {
    const details = $(`type-${named.name}`);
    details.open = true;
    details.scrollIntoView({ block: "nearest" });
    details.firstElementChild.focus();
  });
  return button;
}

// loadIDs gives the examples their ids. They can be chosen from then on: without ids, most of them would be refused.
async function loadIDs() {
  let ids = {};
  try {
    const { data } = await post({ query: "{ getTrackPage(first: 1) { items { courses { id enrollments { studentId } } } } }" });
    const course = data.getTrackPage.items[0]?.courses.find((c) => c.enrollments.length);
    ids = { course: course?.id ?? "", student: course?.enrollments[0].studentId ?? "" };
  } catch {} // the examples then have no ids
  $("examples").addEventListener("change", () => choose(ids));
  $("examples").disabled = false;
}

function choose(ids) {
  const [query, variables] = examples[$("examples").value];
  $("query").value = query;
  $("variables").value = variables ? JSON.stringify(variables(ids)) : "";
}

$("examples").replaceChildren(...Object.keys(examples).map((name) => element("option", name)));
$("run").addEventListener("click", run);
document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && !e.repeat) {
    e.preventDefault();
    run();
  }
});
choose({});
loadSchema();
loadIDs();
