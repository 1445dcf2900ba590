package main

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
)

// Structs of 10, 100 and 500 fields, beside the ID of the last two.
type (
	Ten struct {
		ID         string
		T0, T1, T2 string
		T3, T4, T5 int64
		T6, T7     float64
		T8         bool
	}
	Hundred struct {
		ID string
		Part0
	}
	FiveHundred struct {
		ID string
		Part0
		Part1
		Part2
		Part3
		Part4
	}
	Part0 struct {
		F000, F001, F002, F003, F004, F005, F006, F007, F008, F009 string
		F010, F011, F012, F013, F014, F015, F016, F017, F018, F019 string
		F020, F021, F022, F023, F024, F025, F026, F027, F028, F029 string
		F030, F031, F032, F033, F034, F035, F036, F037, F038, F039 string
		F040, F041, F042, F043, F044, F045, F046, F047, F048, F049 int64
		F050, F051, F052, F053, F054, F055, F056, F057, F058, F059 int64
		F060, F061, F062, F063, F064, F065, F066, F067, F068, F069 int64
		F070, F071, F072, F073, F074, F075, F076, F077, F078, F079 float64
		F080, F081, F082, F083, F084, F085, F086, F087, F088, F089 float64
		F090, F091, F092, F093, F094, F095, F096, F097, F098, F099 bool
	}
	Part1 struct {
		F100, F101, F102, F103, F104, F105, F106, F107, F108, F109 string
		F110, F111, F112, F113, F114, F115, F116, F117, F118, F119 string
		F120, F121, F122, F123, F124, F125, F126, F127, F128, F129 string
		F130, F131, F132, F133, F134, F135, F136, F137, F138, F139 string
		F140, F141, F142, F143, F144, F145, F146, F147, F148, F149 int64
		F150, F151, F152, F153, F154, F155, F156, F157, F158, F159 int64
		F160, F161, F162, F163, F164, F165, F166, F167, F168, F169 int64
		F170, F171, F172, F173, F174, F175, F176, F177, F178, F179 float64
		F180, F181, F182, F183, F184, F185, F186, F187, F188, F189 float64
		F190, F191, F192, F193, F194, F195, F196, F197, F198, F199 bool
	}
	Part2 struct {
		F200, F201, F202, F203, F204, F205, F206, F207, F208, F209 string
		F210, F211, F212, F213, F214, F215, F216, F217, F218, F219 string
		F220, F221, F222, F223, F224, F225, F226, F227, F228, F229 string
		F230, F231, F232, F233, F234, F235, F236, F237, F238, F239 string
		F240, F241, F242, F243, F244, F245, F246, F247, F248, F249 int64
		F250, F251, F252, F253, F254, F255, F256, F257, F258, F259 int64
		F260, F261, F262, F263, F264, F265, F266, F267, F268, F269 int64
		F270, F271, F272, F273, F274, F275, F276, F277, F278, F279 float64
		F280, F281, F282, F283, F284, F285, F286, F287, F288, F289 float64
		F290, F291, F292, F293, F294, F295, F296, F297, F298, F299 bool
	}
	Part3 struct {
		F300, F301, F302, F303, F304, F305, F306, F307, F308, F309 string
		F310, F311, F312, F313, F314, F315, F316, F317, F318, F319 string
		F320, F321, F322, F323, F324, F325, F326, F327, F328, F329 string
		F330, F331, F332, F333, F334, F335, F336, F337, F338, F339 string
		F340, F341, F342, F343, F344, F345, F346, F347, F348, F349 int64
		F350, F351, F352, F353, F354, F355, F356, F357, F358, F359 int64
		F360, F361, F362, F363, F364, F365, F366, F367, F368, F369 int64
		F370, F371, F372, F373, F374, F375, F376, F377, F378, F379 float64
		F380, F381, F382, F383, F384, F385, F386, F387, F388, F389 float64
		F390, F391, F392, F393, F394, F395, F396, F397, F398, F399 bool
	}
	Part4 struct {
		F400, F401, F402, F403, F404, F405, F406, F407, F408, F409 string
		F410, F411, F412, F413, F414, F415, F416, F417, F418, F419 string
		F420, F421, F422, F423, F424, F425, F426, F427, F428, F429 string
		F430, F431, F432, F433, F434, F435, F436, F437, F438, F439 string
		F440, F441, F442, F443, F444, F445, F446, F447, F448, F449 int64
		F450, F451, F452, F453, F454, F455, F456, F457, F458, F459 int64
		F460, F461, F462, F463, F464, F465, F466, F467, F468, F469 int64
		F470, F471, F472, F473, F474, F475, F476, F477, F478, F479 float64
		F480, F481, F482, F483, F484, F485, F486, F487, F488, F489 float64
		F490, F491, F492, F493, F494, F495, F496, F497, F498, F499 bool
	}
)

// Tens, Hundreds and FiveHundreds are entities of wide structs.
var (
	Tens         = defineWide("ten", func(t *Ten) *string { return &t.ID })
	Hundreds     = defineWide("hundred", func(t *Hundred) *string { return &t.ID })
	FiveHundreds = defineWide("five-hundred", func(t *FiveHundred) *string { return &t.ID })
)

func defineWide[T any](name string, id func(*T) *string) *ddb.Entity[T] {
	return ddb.MustDefine(Shop, name, func(t *T, d *ddb.Definition) {
		key := ddb.Key(ddb.Prefix(name+"#"), ddb.Str(id(t)))
		d.Primary(key, key)
	})
}

// wideCases read and write a struct. By hand, the keys are added to the attributes of the struct.
func wideCases[T any](fields string, e *ddb.Entity[T]) growing {
	var want T
	fill(reflect.ValueOf(&want).Elem())
	stored := must(e.Encode(want))
	key := func() item { return item{"pk": stored["pk"], "sk": stored["sk"]} }
	return growing{"struct of " + fields + " fields", func(w world) benchCase {
		client := w.table([]item{stored}, nil)
		r := repository(client, e, nil)
		return benchCase{name: "Get of " + fields + " fields", want: want, contenders: []contender{
			{sdk, func(ctx context.Context) (any, error) {
				res, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(tableName), Key: key()})
				if err != nil {
					return nil, err
				}
				var got T
				err = attributevalue.UnmarshalMap(res.Item, &got)
				return got, err
			}},
			{ours, func(ctx context.Context) (any, error) { return r.Get(ctx, e.Key(want)) }},
		}}
	}, func(w world) benchCase {
		client := w.table(nil, nil)
		r := repository(client, e, nil)
		return benchCase{name: "Put of " + fields + " fields", want: want, writes: client, contenders: []contender{
			{sdk, func(ctx context.Context) (any, error) {
				it, err := attributevalue.MarshalMap(want)
				if err != nil {
					return nil, err
				}
				it["pk"], it["sk"], it["entityType"] = stored["pk"], stored["sk"], str(e.Name())
				_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: it})
				return want, err
			}},
			{ours, func(ctx context.Context) (any, error) { return r.Put(ctx, want) }},
		}}
	}}
}

// fill gives each field of a struct a value.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Struct:
			fill(f)
		case reflect.String:
			f.SetString(fmt.Sprintf("text %d", i))
		case reflect.Int64:
			f.SetInt(int64(i) * 1000)
		case reflect.Float64:
			f.SetFloat(float64(i) / 8)
		case reflect.Bool:
			f.SetBool(i%2 == 0)
		}
	}
}
