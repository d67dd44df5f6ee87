"""What schemathesis makes up, made a little less exotic."""

import schemathesis


def plain(value):
    """Integers written as 2.0, which JSON Schema allows and we do not take, written as 2."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


@schemathesis.hook
def map_body(context, body):
    return plain(body)
