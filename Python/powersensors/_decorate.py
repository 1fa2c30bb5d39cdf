"""Wrapping functions of every kind, so that their work is within a ``with`` block and not their creation alone."""

from __future__ import annotations

import contextlib
import functools
import inspect
from typing import Any, Callable, ContextManager


def decorate(function: Callable[..., Any], block: Callable[[], ContextManager[Any]]) -> Any:
    """A function whose every call is within a block: a coroutine to its end, whatever makes it, a generator from its
    first value to its last."""
    if inspect.isasyncgenfunction(function):
        raise TypeError(
            f"The asynchronous generator {name(function)} cannot be measured by a decorator. "
            "Remedy: Put a with statement inside it, or decorate the coroutine function that uses it.")
    if makes_coroutines(function):

        @functools.wraps(function)
        async def wrapped_coroutine(*arguments: Any, **named: Any) -> Any:
            with block():
                return await function(*arguments, **named)

        return wrapped_coroutine
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def wrapped_generator(*arguments: Any, **named: Any) -> Any:
            with block():
                return (yield from function(*arguments, **named))

        return wrapped_generator

    @functools.wraps(function)
    def wrapped_function(*arguments: Any, **named: Any) -> Any:
        with contextlib.ExitStack() as stack:
            stack.enter_context(block())
            result = function(*arguments, **named)
            if not inspect.iscoroutine(result):
                return result
            rest = stack.pop_all()

        async def finish() -> Any:
            with rest:
                return await result

        return finish()

    return wrapped_function


def makes_coroutines(function: Callable[..., Any]) -> bool:
    """Whether a function, a part of one, or an object that is called is known to make coroutines. Of others, such as a
    lambda, each call shows it, and the block begins with the call."""
    while isinstance(function, functools.partial):
        function = function.func
    call = getattr(type(function), "__call__", None)
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def name(function: Callable[..., Any]) -> str:
    """What a function is called; of another callable, its type."""
    return str(getattr(function, "__name__", type(function).__name__))
