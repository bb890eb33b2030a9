def layout(text: str) -> str:
    return text
