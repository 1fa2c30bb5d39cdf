#include "CPowerSensorsHTTP.h"

#if defined(POWERSENSORS_EXPORTERS)

// It is of C23, and Clang has it in any C.
#pragma clang diagnostic ignored "-Wc23-extensions"

// The scripts are in the order in which they use each other. LivePage+Hashes.swift has the hashes of script and style.
static const unsigned char page[] = {
#embed "LivePage/head.html"
    ,
#embed "LivePage/page.css"
    ,
#embed "LivePage/body.html"
    ,
#embed "LivePage/units.js"
    , '\n',
#embed "LivePage/elements.js"
    , '\n',
#embed "LivePage/figures.js"
    , '\n',
#embed "LivePage/chart.js"
    , '\n',
#embed "LivePage/parts.js"
    , '\n',
#embed "LivePage/consumers.js"
    , '\n',
#embed "LivePage/history.js"
    , '\n',
#embed "LivePage/notes.js"
    , '\n',
#embed "LivePage/live.js"
    ,
#embed "LivePage/end.html"
};

const unsigned char *cpowersensorshttp_page(size_t *count) {
    *count = sizeof page;
    return page;
}

#endif
