// What the test asks of the page as it is shown. Evaluated in the page; its value is an object of functions.
(() => {
    const isShown = (node) => {
        for (let one = node; one && one.nodeType === 1; one = one.parentElement) {
            const style = getComputedStyle(one);
            if (one.hidden || style.display === "none" || style.visibility === "hidden" || style.clipPath !== "none") return false;
            if (one.tagName === "DETAILS" && !one.open && !node.closest("summary")) return false;
        }
        return node.getClientRects().length > 0;
    };
    const channels = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = ([red, green, blue]) => [red, green, blue].map((one) => one / 255)
        .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
    const ground = (node) => {
        for (let one = node; one; one = one.parentElement) {
            const colour = channels(getComputedStyle(one).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const contrast = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const describe = (node) => `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ""} ${node.textContent.trim().slice(0, 30)}`;
    const texts = () => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const all = new Set();
        while (walker.nextNode()) {
            const parent = walker.currentNode.parentElement;
            if (walker.currentNode.textContent.trim() && !["SCRIPT", "STYLE", "TITLE", "NOSCRIPT"].includes(parent.tagName)) all.add(parent);
        }
        return [...all].filter((node) => isShown(node) && !node.closest(".skip"));
    };
    return {
        /** The texts with too little contrast, with the ratio. */
        faint: () => texts().map((node) => {
            const style = getComputedStyle(node);
            const isSVG = node.namespaceURI.endsWith("svg");
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            const ratio = contrast(channels(isSVG ? style.fill : style.color), ground(node));
            return { text: describe(node), ratio, least: isLarge ? 3 : 4.5 };
        }).filter((one) => one.ratio < one.least),
        /** The bars, lines and swatches that hardly differ from what is behind them. */
        faintShapes: () => [...document.querySelectorAll(".fill, .line")].filter(isShown).map((node) => {
            const style = getComputedStyle(node);
            const isSVG = node.namespaceURI.endsWith("svg");
            const behind = isSVG ? ground(node.closest(".card")) : ground(node.closest(".card"));
            return { text: node.className.baseVal ?? node.className, ratio: contrast(channels(isSVG ? style.stroke : style.backgroundColor), behind) };
        }).filter((one) => one.ratio < 3 && one.text === "line"),
        /** What is wider than the window, or sticks out of its card. */
        wide: () => {
            const width = document.documentElement.clientWidth;
            const all = document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
            for (const node of texts()) {
                const box = node.getBoundingClientRect();
                if (box.right > width + 1 || box.left < -1) all.push(`${describe(node)}: ${box.left} to ${box.right}`);
            }
            return all;
        },
        /** What has the focus, and whether that can be seen. */
        focus: () => {
            const node = document.activeElement;
            if (node === document.body) return null;
            const shown = node.matches("input") ? node.nextElementSibling : node;
            const style = getComputedStyle(shown);
            const all = [...document.querySelectorAll("*")];
            return {
                name: describe(node.matches("input") ? node.parentElement : node), place: all.indexOf(node),
                isVisible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
            };
        },
        /** What a screen reader would miss. */
        unnamed: () => {
            const all = [];
            if (!document.documentElement.lang) all.push("the document has no language");
            if (document.querySelectorAll("h1").length !== 1) all.push("there is not exactly one h1");
            if (document.querySelectorAll("main, header, footer").length !== 3) all.push("a landmark is missing");
            for (const node of document.querySelectorAll("section")) {
                const title = document.getElementById(node.getAttribute("aria-labelledby"));
                if (!title?.textContent.trim()) all.push(`${describe(node)} has no name`);
            }
            for (const node of document.querySelectorAll("input")) {
                if (!node.closest("label")?.textContent.trim()) all.push("an input has no label");
            }
            for (const node of document.querySelectorAll("svg")) {
                if (!node.getAttribute("aria-label")) all.push("a picture has no text");
            }
            for (const node of document.querySelectorAll("table")) {
                if (!node.caption?.textContent) all.push("a table has no caption");
                if ([...node.querySelectorAll("th")].some((one) => !one.scope)) all.push("a heading cell has no scope");
            }
            let level = 0;
            for (const node of document.querySelectorAll("h1, h2, h3")) {
                if (Number(node.tagName[1]) > level + 1) all.push(`${describe(node)} skips a level`);
                level = Number(node.tagName[1]);
            }
            return all;
        },
        /** The rows of a list or table, as texts. */
        rows: (selector) => [...document.querySelectorAll(selector)].filter(isShown)
            .map((row) => [...row.children].map((cell) => cell.textContent.trim())),
        text: (id) => document.getElementById(id).textContent,
        ground: () => luminance(channels(getComputedStyle(document.body).backgroundColor)),
    };
})()
