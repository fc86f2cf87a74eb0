{
  eachSystem =
    systems: f:
    builtins.foldl' (
      all: system:
      let
        outputs = f system;
      in
      builtins.foldl' (
        attrs: key: attrs // { ${key} = (attrs.${key} or { }) // { ${system} = outputs.${key}; }; }
      ) all (builtins.attrNames outputs)
    ) { } systems;
}
