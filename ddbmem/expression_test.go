package ddbmem_test

import "testing"

// TestFunctionsAreRefusedWhereTheyCannotStand tries every function in places that are not for it.
func TestFunctionsAreRefusedWhereTheyCannotStand(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", rangeTable)
	const misused = "The function is not allowed to be used this way in an expression; function: "
	t.Run("updates", func(t *testing.T) {
		t.Parallel()
		c := caller{t, c.e}
		for expression, message := range map[string]string{
			"SET l = list_append(list_append(l, :l), :l)":                       misused + "list_append",
			"SET l = list_append(:l, list_append(l, :l))":                       misused + "list_append",
			"SET l = if_not_exists(l, list_append(l, :l))":                      misused + "list_append",
			"SET l = if_not_exists(list_append(l, :l), :l)":                     misused + "list_append",
			"SET l = list_append(if_not_exists(l, list_append(m, :l)), :l)":     misused + "list_append",
			"SET l = if_not_exists(l, if_not_exists(m, list_append(n, :l)))":    misused + "list_append",
			"SET n = n + if_not_exists(n, list_append(l, :l))":                  misused + "list_append",
			"SET l = list_append((list_append(l, :l)), :l)":                     misused + "list_append",
			"SET l = list_append(list_append(l))":                               misused + "list_append", // before operands are counted
			"SET l = if_not_exists(if_not_exists(l, m), :l)":                    "Operator or function requires a document path; operator or function: if_not_exists",
			"SET l = list_append(size(l), :l)":                                  "The function is not allowed in an update expression; function: size",
			"SET l = if_not_exists(l, attribute_exists(m))":                     "The function is not allowed in an update expression; function: attribute_exists",
			"SET l = list_append(list_append(l, :l), LIST_APPEND(l, :l))":       "Invalid function name; function: LIST_APPEND", // names before places
			"SET l = begins_with(l, :l)":                                        "The function is not allowed in an update expression; function: begins_with",
			"SET list_append(l, :l) = :l":                                       `Syntax error; token: "(", near: "list_append(l"`,
			"REMOVE if_not_exists(l, :l)":                                       `Syntax error; token: "(", near: "if_not_exists(l"`,
			"ADD n if_not_exists(n, :l)":                                        `Syntax error; token: "if_not_exists", near: "n if_not_exists("`,
			"DELETE s list_append(s, :l)":                                       `Syntax error; token: "list_append", near: "s list_append("`,
			"SET l = list_append(list_append(l, :l), :none), l = :l SET n = :l": misused + "list_append", // before repeated sections, paths and values
			"SET select = list_append(list_append(l, :l), :l)":                  "Attribute name is a reserved keyword; reserved keyword: select",
		} {
			c.invalid("UpdateItem", `{"TableName":"range","Key":{"pk":{"S":"p"},"sk":{"N":"1"}},"ExpressionAttributeValues":{":l":{"L":[]}},`+
				`"UpdateExpression":"`+expression+`"}`, oneError+"Invalid UpdateExpression: "+message)
		}
	})
	t.Run("conditions", func(t *testing.T) {
		t.Parallel()
		c := caller{t, c.e}
		for expression, message := range map[string]string{
			"size(a)":                                   misused + "size",
			"NOT size(a)":                               misused + "size",
			"(size(a)) AND a = :v":                      misused + "size",
			"attribute_exists(a) = :v":                  misused + "attribute_exists",
			":v = contains(a, :v)":                      misused + "contains",
			"a IN (:v, begins_with(a, :v))":             misused + "begins_with",
			"a BETWEEN :v AND attribute_type(a, :v)":    misused + "attribute_type",
			"contains(a, attribute_exists(b))":          misused + "attribute_exists",
			"begins_with(contains(a, :v), :v)":          misused + "contains",
			"size(attribute_exists(a)) = :v":            misused + "attribute_exists",
			"attribute_exists(attribute_not_exists(a))": misused + "attribute_not_exists",
			"attribute_exists(size(a))":                 "Operator or function requires a document path; operator or function: attribute_exists",
			"size(size(a)) = :v":                        "Incorrect operand type for operator or function; operator or function: size, operand type: N",
			"if_not_exists(a, :v) = :v":                 "The function is not allowed in a condition expression; function: if_not_exists",
			"size(list_append(a, :v)) = :v":             "The function is not allowed in a condition expression; function: list_append",
			"contains(a, nothing(b))":                   "Invalid function name; function: nothing",
		} {
			values := `"ExpressionAttributeValues":{":v":{"S":"v"}},`
			c.invalid("Scan", `{"TableName":"range",`+values+`"FilterExpression":"`+expression+`"}`, "Invalid FilterExpression: "+message)
			c.invalid("Query", `{"TableName":"range",`+values+`"KeyConditionExpression":"`+expression+`"}`, "Invalid KeyConditionExpression: "+message)
		}
	})
	t.Run("projections", func(t *testing.T) {
		t.Parallel()
		c := caller{t, c.e}
		c.invalid("Scan", `{"TableName":"range","ProjectionExpression":"size(a)"}`, `Invalid ProjectionExpression: Syntax error; token: "(", near: "size(a"`)
	})
	t.Run("if_not_exists within functions", func(t *testing.T) {
		t.Parallel()
		c := caller{t, c.e}
		c.answers("UpdateItem", `{"TableName":"range","Key":{"pk":{"S":"q"},"sk":{"N":"1"}},"ExpressionAttributeValues":{":l":{"L":[{"S":"x"}]}},`+
			`"UpdateExpression":"SET l = list_append(if_not_exists(l, if_not_exists(m, :l)), if_not_exists(n, :l)), k = if_not_exists(k, if_not_exists(m, :l))",`+
			`"ReturnValues":"UPDATED_NEW"}`, `{"Attributes":{"l":{"L":[{"S":"x"},{"S":"x"}]},"k":{"L":[{"S":"x"}]}}}`)
	})
}
