-- Label templates: a designer's SVG by its name. The newest of a name counts; packs say in their manifest which one made them.

CREATE TABLE label_templates (
    name TEXT NOT NULL PRIMARY KEY,
    svg TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    added_at INTEGER NOT NULL, -- microseconds since 1970
    actor TEXT NOT NULL
) STRICT;
