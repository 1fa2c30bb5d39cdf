// The document. Text goes in as text only, never as markup: names are chosen by whoever runs a program.

const element = (id) => document.getElementById(id);

/** Sets a text, and touches the document only if it is another one. */
function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function setHidden(node, isHidden) {
    if (node.hidden !== isHidden) node.hidden = isHidden;
}

/** A new element with a class, a text and children. */
function make(tag, name, ...children) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children);
    return node;
}

/** A new SVG element with attributes. */
function draw(tag, attributes, text) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    return node;
}

/**
 * Makes a parent's children those of the items, in their order. Those that stay are kept, and with them focus and transitions.
 * Items of the same key are told apart by their order.
 */
function list(parent, items, key, create, update) {
    const old = new Map([...parent.children].map((node) => [node.dataKey, node]));
    const counts = new Map();
    let place = parent.firstElementChild;
    for (const item of items) {
        const count = counts.get(key(item)) ?? 0;
        counts.set(key(item), count + 1);
        const name = count ? `${key(item)}\n\n${count}` : key(item);
        let node = old.get(name);
        old.delete(name);
        if (!node) {
            node = create(item);
            node.dataKey = name;
        }
        if (node === place) place = place.nextElementSibling; else parent.insertBefore(node, place);
        update(node, item);
    }
    for (const node of old.values()) node.remove();
}
