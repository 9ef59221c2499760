"""dbutils.widgets: parameters of the run win over the defaults that the notebook declares."""


class InputWidgetNotDefined(Exception):
    """com.databricks.dbutils_v1.InputWidgetNotDefined"""


class Widgets:
    def __init__(self):
        self._layers = []  # one for each notebook under way: %run brings its own parameters

    def push(self, parameters):
        self._layers.append({"given": {str(name): str(value) for name, value in parameters.items()}, "declared": {}})

    def pop(self):
        ended = self._layers.pop()
        # Widgets that a %run notebook declared stay defined in the one that took it in.
        if self._layers:
            for name, value in ended["declared"].items():
                self._layers[-1]["declared"].setdefault(name, value)

    def values(self):
        merged = {}
        for layer in self._layers:
            merged.update(layer["declared"])
            merged.update(layer["given"])
        return merged

    def text(self, name, defaultValue="", label=None):
        self._declare(name, defaultValue)

    def dropdown(self, name, defaultValue, choices, label=None):
        self._check_choice(name, defaultValue, choices)
        self._declare(name, defaultValue)

    def combobox(self, name, defaultValue, choices, label=None):
        self._declare(name, defaultValue)

    def multiselect(self, name, defaultValue, choices, label=None):
        self._check_choice(name, defaultValue, choices)
        self._declare(name, defaultValue)

    def get(self, name):
        values = self.values()
        if name not in values:
            raise InputWidgetNotDefined(f"No input widget named {name} is defined")
        return values[name]

    def get_argument(self, name, defaultValue=None):
        values = self.values()
        if name in values:
            return values[name]
        if defaultValue is None:
            raise InputWidgetNotDefined(f"No input widget named {name} is defined")
        return defaultValue

    getArgument = get_argument

    def getAll(self):
        return self.values()

    def remove(self, name):
        if name not in self.values():
            raise InputWidgetNotDefined(f"No input widget named {name} is defined")
        for layer in self._layers:
            layer["declared"].pop(name, None)
            layer["given"].pop(name, None)

    def removeAll(self):
        for layer in self._layers:
            layer["declared"].clear()
            layer["given"].clear()

    def _declare(self, name, default):
        if not isinstance(name, str) or not name:
            raise TypeError("the name of a widget is a string that is not empty")
        self._layers[-1]["declared"][name] = str(default)

    def _check_choice(self, name, default, choices):
        if default not in [str(choice) for choice in choices]:
            raise ValueError(f"The default value {default!r} of the widget {name} is none of its choices")
